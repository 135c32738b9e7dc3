import assert from 'node:assert/strict'
import { type BenchCase } from '../bench.ts'
import { create, end, listed, raise, rowOf } from '../fixtures.ts'
import { ABSOLUTE, ALICE, BOB, HOUR, IDLE } from '../values.ts'

/** One session, and the sessions of a subject. */
export const listingCases: readonly BenchCase[] = [
  {
    name: 'now is the time of the store',
    async run({ store, clock }) {
      assert.equal(await store.now(), clock.now())
      clock.advance(HOUR)
      assert.equal(await store.now(), clock.now())
    },
  },
  {
    name: 'findSession returns the row and the epoch of its subject, live or ended, and writes nothing',
    async run({ store, clock }) {
      const session = await create(store, { sid: `${ALICE}.1` })
      assert.deepEqual(await store.findSession(session.sid), { now: clock.now(), session, epoch: 0 })
      clock.advance(1)
      await end(store, session.sid)
      const tombstone = { ...session, revokedAt: clock.now(), reason: 'logout' }
      assert.deepEqual(await store.findSession(session.sid), {
        now: clock.now(),
        session: tombstone,
        epoch: 0,
      })
      const { epoch } = await raise(store, ALICE)
      for (const sid of [`${ALICE}.none`, ALICE]) {
        assert.deepEqual(await store.findSession(sid), { now: clock.now(), session: undefined, epoch })
      }
    },
  },
  {
    name: 'listSessions: the live ones of a subject, the newest first',
    async run({ store, clock }) {
      const sids = ['b', 'c', 'a', 'd', 'ended'].map((name) => `${ALICE}.${name}`)
      await create(store, { sid: `${ALICE}.idle` }, { idleTimeout: 5 })
      for (const sid of sids) {
        clock.advance(1)
        await create(store, { sid })
      }
      await create(store, { sid: `${BOB}.1`, subject: 'bob' })
      await end(store, `${ALICE}.ended`)
      const all = { limit: 10, after: undefined }
      const { now, sessions, next } = await store.listSessions(ALICE, all)
      assert.deepEqual([now, next], [clock.now(), undefined])
      assert.deepEqual(
        sessions.map(({ sid }) => sid),
        sids.slice(0, -1).toReversed(),
      )
      assert.deepEqual(sessions[0], await rowOf(store, `${ALICE}.d`))
      clock.advance(IDLE)
      assert.deepEqual(await store.listSessions(ALICE, all), {
        now: clock.now(),
        sessions: [],
        next: undefined,
      })
    },
  },
  {
    name: 'listSessions in parts: every session once, even if equally old, and no empty part',
    async run({ store, clock }) {
      const names = ['c', 'B', '_', 'a', '0', 'b']
      for (const [index, name] of names.entries()) {
        if (index % 3 === 0) clock.advance(1)
        await create(store, { sid: `${ALICE}.${name}` })
      }
      const whole = await listed(store, ALICE)
      assert.equal(whole.length, names.length)
      for (const limit of [1, 2, 3, 4, 6]) {
        const parts: string[][] = []
        let after: string | undefined
        do {
          const { sessions, next } = await store.listSessions(ALICE, { limit, after })
          parts.push(sessions.map(({ sid }) => sid))
          after = next
        } while (after !== undefined)
        assert.deepEqual(
          parts.flat(),
          whole.map(({ sid }) => sid),
        )
        assert.deepEqual([parts.length, parts[0]?.length], [Math.ceil(names.length / limit), limit])
      }
    },
  },
  {
    name: 'listSessions continues from its cursor, even if its last session ended and new ones were created',
    async run({ store, clock }) {
      for (const name of ['1', '2', '3', '4']) {
        await create(store, { sid: `${ALICE}.${name}` })
        clock.advance(1)
      }
      const { sessions, next } = await store.listSessions(ALICE, { limit: 2, after: undefined })
      await end(store, sessions[1]!.sid)
      await create(store, { sid: `${ALICE}.5` })
      const rest = await store.listSessions(ALICE, { limit: 2, after: next })
      assert.deepEqual(
        rest.sessions.map(({ sid }) => sid),
        [`${ALICE}.2`, `${ALICE}.1`],
      )
      assert.equal(rest.next, undefined)
    },
  },
  {
    name: 'listSessions rejects a cursor that no list returned',
    async run({ store }) {
      for (const after of ['', 'x', `${ALICE}.1`]) {
        await assert.rejects(store.listSessions(ALICE, { limit: 2, after }), TypeError)
      }
    },
  },
  {
    name: 'each session has its own lifetimes, independent of other sessions',
    async run({ store, clock }) {
      const short = await create(store, { sid: `${ALICE}.1` }, { idleTimeout: HOUR })
      const long = await create(store, { sid: `${ALICE}.2` }, { idleTimeout: ABSOLUTE })
      assert.deepEqual([short.idleTimeout, long.idleTimeout], [HOUR, ABSOLUTE])
      clock.advance(HOUR)
      assert.equal((await store.checkSession(ALICE, short.sid)).state, 'expired')
      assert.equal((await store.checkSession(ALICE, long.sid)).state, 'live')
    },
  },
]
