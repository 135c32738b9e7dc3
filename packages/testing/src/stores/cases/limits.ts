import assert from 'node:assert/strict'
import { type BenchCase } from '../bench.ts'
import { create, createInput, end, listed, raise, rotateInput, rowOf, times } from '../fixtures.ts'
import { ALICE, BOB, HOUR } from '../values.ts'

/** Limits on the sessions of a subject, and sessions that replace another. */
export const limitCases: readonly BenchCase[] = [
  {
    name: '[I-21] over the limit, deny: no session, and nothing is written',
    async run({ store, clock }) {
      const limit = { limit: 2, overLimit: 'deny' } as const
      const sids = [`${ALICE}.1`, `${ALICE}.2`]
      for (const sid of sids) await create(store, { sid }, limit)
      const before = await listed(store, ALICE)
      assert.deepEqual(await store.createSession(createInput({ sid: `${ALICE}.3` }, limit)), {
        now: clock.now(),
        outcome: 'limit',
        session: undefined,
        evicted: [],
      })
      assert.equal(await rowOf(store, `${ALICE}.3`), undefined)
      assert.deepEqual(await listed(store, ALICE), before)
    },
  },
  {
    name: '[I-21] over the limit, evict: the oldest end, as many as make room',
    async run({ store, clock }) {
      const sids = ['c', 'a', 'b'].map((name) => `${ALICE}.${name}`)
      for (const sid of sids) {
        await create(store, { sid })
        clock.advance(1)
      }
      // used a moment ago, and yet the oldest
      await store.rotate(rotateInput({ ...createInput({ sid: sids[0]! }).session, gen: 1 }, { cooldown: 0 }))
      const input = createInput({ sid: `${ALICE}.d` }, { limit: 2, overLimit: 'evict' })
      const { session, evicted } = await store.createSession(input)
      assert.ok(session)
      assert.deepEqual(new Set(evicted), new Set(sids.slice(0, 2)))
      for (const sid of evicted) {
        const row = await rowOf(store, sid)
        assert.equal(row?.reason, 'evicted')
        assert.equal(row.revokedAt, clock.now())
      }
      const sessions = await listed(store, ALICE)
      assert.deepEqual(
        sessions.map(({ sid }) => sid),
        [`${ALICE}.d`, sids[2]],
      )
    },
  },
  {
    name: '[I-21] of equally old sessions, the one with the smaller sid (by bytes) is evicted',
    async run({ store }) {
      const limit = { limit: 4, overLimit: 'evict' } as const
      for (const name of ['b', 'B', '_', '0']) await create(store, { sid: `${ALICE}.${name}` }, limit)
      const order: string[] = []
      for (const name of ['z1', 'z2', 'z3', 'z4']) {
        const { evicted } = await store.createSession(createInput({ sid: `${ALICE}.${name}` }, limit))
        order.push(...evicted)
      }
      assert.deepEqual(
        order,
        ['0', 'B', '_', 'b'].map((name) => `${ALICE}.${name}`),
      )
    },
  },
  {
    name: '[I-21] only live sessions of the subject count',
    async run({ store, clock }) {
      const limit = { limit: 1, overLimit: 'deny' } as const
      await create(store, { sid: `${BOB}.1`, subject: 'bob' })
      const ended = await create(store, { sid: `${ALICE}.1` }, limit)
      await end(store, ended.sid)
      await create(store, { sid: `${ALICE}.2` }, { ...limit, idleTimeout: HOUR })
      clock.advance(HOUR)
      await create(store, { sid: `${ALICE}.3` }, limit)
      await raise(store, ALICE)
      await create(store, { sid: `${ALICE}.4` }, limit)
      const { session } = await store.createSession(createInput({ sid: `${ALICE}.5` }, limit))
      assert.equal(session, undefined)
    },
  },
  {
    name: '[I-21] parallel logins through many handles respect the limit that denies',
    async run({ store, handles }) {
      const stores = await handles(4)
      const created = await times(20, (index) =>
        stores[index % 4]!.createSession(createInput({ sid: `${ALICE}.${index}` }, { limit: 3 })),
      )
      assert.equal(created.filter(({ session }) => session !== undefined).length, 3)
      assert.equal((await listed(store, ALICE)).length, 3)
    },
  },
  {
    name: '[I-21] parallel logins through many handles respect the limit that evicts',
    async run({ store, handles }) {
      const stores = await handles(4)
      const limit = { limit: 3, overLimit: 'evict' } as const
      const created = await times(20, (index) =>
        stores[index % 4]!.createSession(createInput({ sid: `${ALICE}.${index}` }, limit)),
      )
      assert.ok(created.every(({ session }) => session !== undefined))
      const evicted = created.flatMap((answer) => answer.evicted)
      assert.equal(evicted.length, 17)
      assert.equal(new Set(evicted).size, 17)
      assert.equal((await listed(store, ALICE)).length, 3)
    },
  },
  {
    name: '[I-16] a replaced session ends in the same operation, and makes room under the limit',
    async run({ store, clock }) {
      let old = await create(store, { sid: `${ALICE}.0` })
      for (const [index, limit] of [1, undefined, 2].entries()) {
        clock.advance(1)
        const input = createInput({ sid: `${ALICE}.${index + 1}` }, { limit, replaces: old.sid })
        const { session, evicted } = await store.createSession(input)
        assert.ok(session)
        assert.deepEqual(evicted, [])
        assert.deepEqual(await rowOf(store, old.sid), { ...old, revokedAt: clock.now(), reason: 'replaced' })
        assert.deepEqual(await listed(store, ALICE), [session])
        old = session
      }
    },
  },
  {
    name: 'a session that is denied replaces none',
    async run({ store }) {
      const old = await create(store, { sid: `${ALICE}.1` })
      for (const sid of [`${ALICE}.2`, `${ALICE}.3`]) await create(store, { sid })
      const input = createInput({ sid: `${ALICE}.4` }, { limit: 2, replaces: old.sid })
      assert.equal((await store.createSession(input)).session, undefined)
      assert.deepEqual(await rowOf(store, old.sid), old)
    },
  },
  {
    name: "only a live session of the subject is replaced: not another subject's, an ended or a missing one",
    async run({ store }) {
      const foreign = await create(store, { sid: `${BOB}.1`, subject: 'bob' })
      const ended = await create(store, { sid: `${ALICE}.1` })
      await end(store, ended.sid)
      const others = [foreign.sid, ended.sid, `${ALICE}.none`, '__proto__']
      for (const [index, replaces] of others.entries()) {
        await create(store, { sid: `${ALICE}.new${index}` }, { replaces })
      }
      assert.deepEqual(await rowOf(store, foreign.sid), foreign)
      assert.equal((await rowOf(store, ended.sid))?.reason, 'logout')
      assert.equal((await listed(store, ALICE)).length, others.length)
    },
  },
]
