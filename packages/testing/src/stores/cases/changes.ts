import assert from 'node:assert/strict'
import type { ChangeSessionInput, Store } from '@countersign/stores'
import { type BenchCase } from '../bench.ts'
import { create, end, raise, rotateInput, rowOf, times } from '../fixtures.ts'
import { ALICE, COOLDOWN, IDLE, REVOKE_FOR } from '../values.ts'
import { readLog } from '../log-reader.ts'

const change = (store: Store, sid: string, rest: Partial<ChangeSessionInput> = {}) =>
  store.changeSession({ sid, data: '{"role":1}', expectedVersion: undefined, revokeFor: REVOKE_FOR, ...rest })

/** Changes of data while the session lives. */
export const changeCases: readonly BenchCase[] = [
  {
    name: 'changeSession replaces the data, raises their version, and changes nothing else',
    async run({ store, clock }) {
      const session = await create(store, { sid: `${ALICE}.1` })
      clock.advance(COOLDOWN)
      const changed = { ...session, data: '{"role":1}', dataVersion: 2 }
      const result = { now: clock.now(), outcome: 'changed', session: changed }
      assert.deepEqual(await change(store, session.sid), result)
      assert.deepEqual(await rowOf(store, session.sid), changed)
      assert.equal((await store.checkSession(ALICE, session.sid)).dataVersion, 2)
      const { session: rotated } = await store.rotate(rotateInput(session))
      assert.deepEqual([rotated?.gen, rotated?.data, rotated?.dataVersion], [2, changed.data, 2])
      assert.equal((await change(store, session.sid, { data: '' })).session?.dataVersion, 3)
      assert.equal((await rowOf(store, session.sid))?.data, '')
    },
  },
  {
    name: 'changeSession from an expected version: any other version is a conflict, and changes nothing',
    async run({ store }) {
      const { sid } = await create(store, { sid: `${ALICE}.1` })
      const first = await change(store, sid, { expectedVersion: 1 })
      assert.equal(first.outcome, 'changed')
      for (const expectedVersion of [0, 1, 3]) {
        const again = await change(store, sid, { expectedVersion, data: 'other' })
        assert.deepEqual([again.outcome, again.session], ['conflict', first.session])
      }
      assert.equal((await readLog(store)).length, 1)
    },
  },
  {
    name: 'changeSession from one version, many at once: one changes it',
    async run({ store, handles }) {
      const stores = await handles(4)
      const { sid } = await create(store, { sid: `${ALICE}.1` })
      const results = await times(12, (index) =>
        change(stores[index % 4]!, sid, { expectedVersion: 1, data: `${index}` }),
      )
      const outcomes = results.map(({ outcome }) => outcome)
      assert.equal(outcomes.filter((outcome) => outcome === 'changed').length, 1)
      assert.equal(outcomes.filter((outcome) => outcome === 'conflict').length, 11)
      assert.equal((await rowOf(store, sid))?.data, `${outcomes.indexOf('changed')}`)
    },
  },
  {
    name: 'changeSession from any version, many at once: each has a version of its own',
    async run({ store, handles }) {
      const stores = await handles(4)
      const { sid } = await create(store, { sid: `${ALICE}.1` })
      const results = await times(12, (index) => change(stores[index % 4]!, sid))
      const versions = results.map(({ session }) => session?.dataVersion)
      assert.deepEqual(new Set(versions), new Set(Array.from({ length: 12 }, (_, index) => index + 2)))
    },
  },
  {
    name: '[I-18] changeSession of a session that is not live writes and appends nothing',
    async run({ store, clock }) {
      const ended = await create(store, { sid: `${ALICE}.1` })
      await end(store, ended.sid)
      const outdated = await create(store, { sid: `${ALICE}.2` })
      await raise(store, ALICE)
      const idle = await create(store, { sid: `${ALICE}.3` })
      clock.advance(IDLE)
      const before = await readLog(store)
      const outcomes = [`${ALICE}.none`, ended.sid, outdated.sid, idle.sid].map(async (sid) => {
        const row = await rowOf(store, sid)
        const { outcome, session } = await change(store, sid)
        assert.deepEqual(session, row)
        return outcome
      })
      assert.deepEqual(await Promise.all(outcomes), ['unknown', 'revoked', 'revoked', 'expired'])
      assert.deepEqual(await readLog(store), before)
    },
  },
]
