import assert from 'node:assert/strict'
import {
  ABSOLUTE,
  ALICE,
  BOB,
  COOLDOWN,
  create,
  HOUR,
  IDLE,
  rotateInput,
  rowOf,
  times,
  type BenchCase,
} from '../fixtures.ts'

/** The epochs of subjects: log out everywhere. */
export const epochCases: readonly BenchCase[] = [
  {
    name: '[I-19] raiseEpoch ends every session of its subject, and of no other, without an index',
    async run({ store, clock }) {
      const sessions = [
        await create(store, { sid: `${ALICE}.1` }),
        await create(store, { sid: `${ALICE}.2` }),
      ]
      const bobs = await create(store, { sid: `${BOB}.1`, subject: 'bob' })
      clock.advance(COOLDOWN)
      const epoch = await store.raiseEpoch(ALICE, ABSOLUTE)
      assert.equal(epoch, clock.now())
      for (const session of sessions) {
        const { outcome, session: row } = await store.rotate(rotateInput(session))
        assert.equal(outcome, 'revoked')
        assert.equal(row?.gen, 1)
        assert.deepEqual(await store.checkSession(ALICE, session.sid), {
          now: epoch,
          state: 'revoked',
          epoch,
        })
      }
      assert.deepEqual(await store.listSessions(ALICE), { now: epoch, sessions: [] })
      assert.deepEqual(await store.checkSession(BOB, bobs.sid), { now: epoch, state: 'live', epoch: 0 })
      assert.equal((await store.rotate(rotateInput(bobs))).outcome, 'rotated')
    },
  },
  {
    name: '[I-19] within one millisecond: sessions from before the raise are over, those after it are live',
    async run({ store, clock }) {
      const before = await create(store, { sid: `${ALICE}.1` })
      const first = await store.raiseEpoch(ALICE, ABSOLUTE)
      const between = await create(store, { sid: `${ALICE}.2` })
      assert.equal(between.epoch, first)
      assert.equal((await store.checkSession(ALICE, before.sid)).state, 'revoked')
      assert.equal((await store.checkSession(ALICE, between.sid)).state, 'live')
      const second = await store.raiseEpoch(ALICE, ABSOLUTE)
      assert.deepEqual([first, second], [clock.now(), clock.now() + 1])
      const after = await create(store, { sid: `${ALICE}.3` })
      assert.equal((await store.checkSession(ALICE, between.sid)).state, 'revoked')
      assert.deepEqual((await store.listSessions(ALICE)).sessions, [after])
    },
  },
  {
    name: '[I-19] the epoch grows although the clock goes back',
    async run({ store, clock }) {
      const first = await store.raiseEpoch(ALICE, ABSOLUTE)
      clock.advance(-HOUR)
      const session = await create(store, { sid: `${ALICE}.1` })
      assert.equal(session.epoch, first)
      assert.equal(await store.raiseEpoch(ALICE, ABSOLUTE), first + 1)
      assert.equal((await store.checkSession(ALICE, session.sid)).state, 'revoked')
    },
  },
  {
    name: '[I-19] raised at once from many handles, every raise has an epoch of its own',
    async run({ store, clock, handles }) {
      const stores = await handles(4)
      const epochs = await times(20, (index) => stores[index % 4]!.raiseEpoch(ALICE, ABSOLUTE))
      const sorted = epochs.toSorted((a, b) => a - b)
      assert.deepEqual(
        sorted,
        sorted.map((_, index) => clock.now() + index),
      )
      assert.equal((await store.checkSession(ALICE, undefined)).epoch, sorted.at(-1))
    },
  },
  {
    name: 'raiseEpoch but for one session: that one lives on, at the new epoch',
    async run({ store, clock }) {
      const kept = await create(store, { sid: `${ALICE}.1` })
      const other = await create(store, { sid: `${ALICE}.2` })
      clock.advance(COOLDOWN)
      const epoch = await store.raiseEpoch(ALICE, ABSOLUTE, kept.sid)
      assert.deepEqual(await rowOf(store, kept.sid), { ...kept, epoch })
      assert.equal((await store.rotate(rotateInput(kept))).outcome, 'rotated')
      assert.equal((await store.rotate(rotateInput(other))).outcome, 'revoked')
      await store.raiseEpoch(ALICE, ABSOLUTE)
      assert.equal((await store.checkSession(ALICE, kept.sid)).state, 'revoked')
    },
  },
  {
    name: '[I-18] raiseEpoch but for a session that is over already: it stays over',
    async run({ store, clock }) {
      const idle = await create(store, { sid: `${ALICE}.1` }, { idleTimeout: HOUR })
      const ended = await create(store, { sid: `${ALICE}.2` })
      const outdated = await create(store, { sid: `${ALICE}.3` })
      await store.endSession(ended.sid, 'logout')
      await store.raiseEpoch(ALICE, ABSOLUTE, idle.sid)
      clock.advance(HOUR)
      for (const { sid } of [idle, ended, outdated]) await store.raiseEpoch(ALICE, ABSOLUTE, sid)
      const states = async (sid: string) => (await store.checkSession(ALICE, sid)).state
      assert.notEqual(await states(idle.sid), 'live')
      assert.equal(await states(ended.sid), 'revoked')
      assert.equal(await states(outdated.sid), 'revoked')
      assert.deepEqual((await store.listSessions(ALICE)).sessions, [])
    },
  },
  {
    name: "raiseEpoch but for another subject's session touches only its own subject",
    async run({ store }) {
      const own = await create(store, { sid: `${ALICE}.1` })
      const foreign = await create(store, { sid: `${BOB}.1`, subject: 'bob' })
      await store.raiseEpoch(ALICE, ABSOLUTE, foreign.sid)
      assert.deepEqual(await rowOf(store, foreign.sid), foreign)
      assert.equal((await store.checkSession(ALICE, own.sid)).state, 'revoked')
      await store.raiseEpoch(ALICE, ABSOLUTE, `${ALICE}.none`)
      assert.equal(await rowOf(store, `${ALICE}.none`), undefined)
    },
  },
  {
    name: '[I-18] endSession of a session from before the raise was no live one, and leaves it so',
    async run({ store }) {
      const session = await create(store, { sid: `${ALICE}.1` })
      await store.raiseEpoch(ALICE, ABSOLUTE)
      assert.equal(await store.endSession(session.sid, 'logout'), false)
      assert.deepEqual(await rowOf(store, session.sid), session)
    },
  },
  {
    name: '[I-19] an epoch is kept until the latest time that a raise asked for',
    async run({ store, clock }) {
      const session = await create(store, { sid: `${ALICE}.1` }, { idleTimeout: ABSOLUTE })
      await store.raiseEpoch(ALICE, ABSOLUTE)
      const epoch = await store.raiseEpoch(ALICE, HOUR)
      clock.advance(ABSOLUTE - 1)
      await store.prune(100)
      assert.equal((await store.checkSession(ALICE, undefined)).epoch, epoch)
      assert.equal((await store.rotate(rotateInput(session))).outcome, 'revoked')
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
      await store.endSession(`${ALICE}.ended`, 'logout')
      const { now, sessions } = await store.listSessions(ALICE)
      assert.equal(now, clock.now())
      assert.deepEqual(
        sessions.map(({ sid }) => sid),
        sids.slice(0, -1).toReversed(),
      )
      assert.deepEqual(sessions[0], await rowOf(store, `${ALICE}.d`))
      clock.advance(IDLE)
      assert.deepEqual(await store.listSessions(ALICE), { now: clock.now(), sessions: [] })
    },
  },
]
