import assert from 'node:assert/strict'
import { type BenchCase } from '../bench.ts'
import { create, end, listed, raise, rotateInput, rowOf, times } from '../fixtures.ts'
import { ABSOLUTE, ALICE, BOB, COOLDOWN, HOUR } from '../values.ts'

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
      const { epoch } = await raise(store, ALICE)
      assert.equal(epoch, clock.now())
      for (const session of sessions) {
        const { outcome, session: row } = await store.rotate(rotateInput(session))
        assert.equal(outcome, 'revoked')
        assert.equal(row?.gen, 1)
        assert.deepEqual(await store.checkSession(ALICE, session.sid), {
          now: epoch,
          state: 'revoked',
          epoch,
          dataVersion: 1,
        })
      }
      assert.deepEqual(await listed(store, ALICE), [])
      assert.deepEqual(await store.checkSession(BOB, bobs.sid), {
        now: epoch,
        state: 'live',
        epoch: 0,
        dataVersion: 1,
      })
      assert.equal((await store.rotate(rotateInput(bobs))).outcome, 'rotated')
    },
  },
  {
    name: '[I-19] within one millisecond: sessions from before the raise are over, those after it are live',
    async run({ store, clock }) {
      const before = await create(store, { sid: `${ALICE}.1` })
      const { epoch: first } = await raise(store, ALICE)
      const between = await create(store, { sid: `${ALICE}.2` })
      assert.equal(between.epoch, first)
      assert.equal((await store.checkSession(ALICE, before.sid)).state, 'revoked')
      assert.equal((await store.checkSession(ALICE, between.sid)).state, 'live')
      const { epoch: second } = await raise(store, ALICE)
      assert.deepEqual([first, second], [clock.now(), clock.now() + 1])
      const after = await create(store, { sid: `${ALICE}.3` })
      assert.equal((await store.checkSession(ALICE, between.sid)).state, 'revoked')
      assert.deepEqual(await listed(store, ALICE), [after])
    },
  },
  {
    name: '[I-19] the epoch increases even if the clock goes back',
    async run({ store, clock }) {
      const { epoch: first } = await raise(store, ALICE)
      clock.advance(-HOUR)
      const session = await create(store, { sid: `${ALICE}.1` })
      assert.equal(session.epoch, first)
      assert.equal((await raise(store, ALICE)).epoch, first + 1)
      assert.equal((await store.checkSession(ALICE, session.sid)).state, 'revoked')
    },
  },
  {
    name: '[I-19] raised at once from many handles, every raise has an epoch of its own',
    async run({ store, clock, handles }) {
      const stores = await handles(4)
      const raised = await times(20, (index) => raise(stores[index % 4]!, ALICE))
      const sorted = raised.map(({ epoch }) => epoch).toSorted((a, b) => a - b)
      assert.deepEqual(
        sorted,
        sorted.map((_, index) => clock.now() + index),
      )
      assert.equal((await store.checkSession(ALICE, undefined)).epoch, sorted.at(-1))
    },
  },
  {
    name: 'raiseEpoch except for one session: that one stays alive, at the new epoch',
    async run({ store, clock }) {
      const kept = await create(store, { sid: `${ALICE}.1` })
      const other = await create(store, { sid: `${ALICE}.2` })
      clock.advance(COOLDOWN)
      const { epoch, kept: isKept } = await raise(store, ALICE, { exceptSid: kept.sid })
      assert.equal(isKept, true)
      assert.deepEqual(await rowOf(store, kept.sid), { ...kept, epoch })
      assert.equal((await store.rotate(rotateInput(kept))).outcome, 'rotated')
      assert.equal((await store.rotate(rotateInput(other))).outcome, 'revoked')
      await raise(store, ALICE)
      assert.equal((await store.checkSession(ALICE, kept.sid)).state, 'revoked')
    },
  },
  {
    name: '[I-18] raiseEpoch except for a session that is already over: it stays over',
    async run({ store, clock }) {
      const idle = await create(store, { sid: `${ALICE}.1` }, { idleTimeout: HOUR })
      const ended = await create(store, { sid: `${ALICE}.2` })
      const outdated = await create(store, { sid: `${ALICE}.3` })
      await end(store, ended.sid)
      await raise(store, ALICE, { exceptSid: idle.sid })
      clock.advance(HOUR)
      for (const { sid } of [idle, ended, outdated]) {
        assert.equal((await raise(store, ALICE, { exceptSid: sid })).kept, false)
      }
      const states = async (sid: string) => (await store.checkSession(ALICE, sid)).state
      assert.notEqual(await states(idle.sid), 'live')
      assert.equal(await states(ended.sid), 'revoked')
      assert.equal(await states(outdated.sid), 'revoked')
      assert.deepEqual(await listed(store, ALICE), [])
    },
  },
  {
    name: "raiseEpoch except for another subject's session touches only its own subject",
    async run({ store }) {
      const own = await create(store, { sid: `${ALICE}.1` })
      const foreign = await create(store, { sid: `${BOB}.1`, subject: 'bob' })
      await raise(store, ALICE, { exceptSid: foreign.sid })
      assert.deepEqual(await rowOf(store, foreign.sid), foreign)
      assert.equal((await store.checkSession(ALICE, own.sid)).state, 'revoked')
      await raise(store, ALICE, { exceptSid: `${ALICE}.none` })
      assert.equal(await rowOf(store, `${ALICE}.none`), undefined)
    },
  },
  {
    name: '[I-18] endSession of a session from before the raise returns false, and changes nothing',
    async run({ store }) {
      const session = await create(store, { sid: `${ALICE}.1` })
      await raise(store, ALICE)
      assert.equal(await end(store, session.sid), false)
      assert.deepEqual(await rowOf(store, session.sid), session)
    },
  },
  {
    name: '[I-19] an epoch is kept until the latest time that a raise asked for',
    async run({ store, clock }) {
      const session = await create(store, { sid: `${ALICE}.1` }, { idleTimeout: ABSOLUTE })
      await raise(store, ALICE)
      const { epoch } = await raise(store, ALICE, { keepFor: HOUR })
      clock.advance(ABSOLUTE - 1)
      await store.prune(100)
      assert.equal((await store.checkSession(ALICE, undefined)).epoch, epoch)
      assert.equal((await store.rotate(rotateInput(session))).outcome, 'revoked')
    },
  },
]
