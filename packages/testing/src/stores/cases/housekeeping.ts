import assert from 'node:assert/strict'
import type { Store } from '@countersign/stores'
import { type BenchCase } from '../bench.ts'
import { create, end, raise, rowOf, times } from '../fixtures.ts'
import { ABSOLUTE, ALICE, BOB, DAY, HOUR, REVOKE_FOR } from '../values.ts'
import { readLog } from '../log-reader.ts'

/** Setup, pruning, and recovery after a restored backup. */
export const housekeepingCases: readonly BenchCase[] = [
  {
    name: 'init again, and from several handles at once, changes nothing',
    async run({ store, handles }) {
      const session = await create(store, { sid: `${ALICE}.1` })
      await store.writeKeyRing('main', 0, 'ring')
      await store.init()
      await Promise.all((await handles(4)).map((handle) => handle.init()))
      assert.deepEqual(await rowOf(store, session.sid), session)
      assert.equal((await store.readKeyRing('main')).content, 'ring')
    },
  },
  {
    name: 'what one handle wrote, another reads',
    async run({ store, clock, handles }) {
      const [, other = store] = await handles(2)
      const session = await create(store, { sid: `${ALICE}.1` })
      assert.deepEqual(await rowOf(other, session.sid), session)
      const { epoch } = await raise(other, ALICE)
      assert.deepEqual(await store.checkSession(ALICE, session.sid), {
        now: clock.now(),
        state: 'revoked',
        epoch,
        dataVersion: 1,
      })
      assert.equal(await store.useOnce('proof', 'id', clock.now() + HOUR), true)
      assert.equal(await other.useOnce('proof', 'id', clock.now() + HOUR), false)
    },
  },
  {
    name: 'prune deletes rows that are no longer needed, at most `limit` at a time',
    async run({ store, clock, expiresByItself }) {
      await times(4, (index) => create(store, { sid: `${ALICE}.${index}` }, { idleTimeout: HOUR }))
      await times(3, (index) => store.useOnce('proof', `${index}`, clock.now() + HOUR))
      await raise(store, BOB, { keepFor: HOUR, revokeFor: HOUR })
      assert.equal(await store.prune(100), 0)
      clock.advance(HOUR)
      if (expiresByItself) return assert.equal(await store.prune(3), 0)
      const deleted: number[] = []
      do deleted.push(await store.prune(3))
      while (deleted.at(-1) !== 0)
      assert.ok(
        deleted.every((count) => count <= 3),
        `deleted ${deleted.join(', ')} with a limit of 3`,
      )
      assert.equal(
        deleted.reduce((sum, count) => sum + count),
        9,
      )
      for (let index = 0; index < 4; index++) assert.equal(await rowOf(store, `${ALICE}.${index}`), undefined)
      assert.equal((await store.checkSession(BOB, undefined)).epoch, 0)
    },
  },
  {
    name: '[I-18] prune keeps what is needed: live sessions, tombstones, epochs, keys, the log',
    async run({ store, clock, expiresByItself }) {
      const live = await create(store, { sid: `${ALICE}.1` }, { idleTimeout: ABSOLUTE })
      const ended = await create(store, { sid: `${ALICE}.2` }, { idleTimeout: HOUR, absoluteTimeout: DAY })
      await store.endSession(ended.sid, 'logout', ABSOLUTE)
      const { epoch } = await raise(store, BOB, { revokeFor: ABSOLUTE })
      await store.writeKeyRing('main', 0, 'ring')
      await store.useOnce('proof', 'id', clock.now() + DAY)
      clock.advance(DAY - 1)
      assert.equal(await store.prune(100), 0)
      assert.deepEqual(await rowOf(store, live.sid), live)
      assert.equal((await rowOf(store, ended.sid))?.reason, 'logout')
      assert.equal((await store.checkSession(BOB, undefined)).epoch, epoch)
      assert.equal(await store.useOnce('proof', 'id', clock.now() + DAY), false)
      clock.advance(1)
      if (expiresByItself) return
      assert.equal(await store.prune(100), 2)
      assert.equal(await rowOf(store, ended.sid), undefined)
      assert.deepEqual(await rowOf(store, live.sid), live)
      assert.equal((await store.readKeyRing('main')).content, 'ring')
      assert.equal((await readLog(store)).length, 2)
    },
  },
  {
    name: 'recoverSessions ends sessions created up to the backup, and keeps later and ended ones',
    async run({ store, clock }) {
      const names = ['before', 'ended', 'at', 'after']
      const sid = (name: string) => `${ALICE}.${name}`
      await create(store, { sid: sid('before') })
      await create(store, { sid: sid('ended') })
      await end(store, sid('ended'))
      await create(store, { sid: `${BOB}.before`, subject: 'bob' })
      clock.advance(HOUR)
      const since = clock.now()
      await create(store, { sid: sid('at') })
      clock.advance(1)
      await create(store, { sid: sid('after') })
      clock.advance(HOUR)
      assert.equal(await store.recoverSessions(since, REVOKE_FOR), 3)
      const reasons = await Promise.all(names.map((name) => reasonOf(store, sid(name))))
      assert.deepEqual(reasons, ['recovered', 'logout', 'recovered', undefined])
      assert.equal(await reasonOf(store, `${BOB}.before`), 'recovered')
      assert.equal((await rowOf(store, sid('at')))?.revokedAt, clock.now())
      assert.equal((await store.checkSession(ALICE, sid('after'))).state, 'live')
      assert.equal(await store.recoverSessions(since, REVOKE_FOR), 0)
    },
  },
]

async function reasonOf(store: Store, sid: string): Promise<string | undefined> {
  return (await rowOf(store, sid))?.reason
}
