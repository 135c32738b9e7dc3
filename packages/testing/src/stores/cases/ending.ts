import assert from 'node:assert/strict'
import { type BenchCase } from '../bench.ts'
import { create, createInput, end, listed, rotateInput, rowOf, times } from '../fixtures.ts'
import { ALICE, BOB, COOLDOWN, IDLE } from '../values.ts'

/** How a session ends, and that it stays ended. */
export const endingCases: readonly BenchCase[] = [
  {
    name: '[I-18] endSession leaves a tombstone, once: the first reason and time stay',
    async run({ store, clock }) {
      const session = await create(store, { sid: `${ALICE}.1` })
      clock.advance(1)
      const tombstone = { ...session, revokedAt: clock.now(), reason: 'logout' }
      assert.equal(await end(store, session.sid), true)
      clock.advance(1)
      assert.equal(await end(store, session.sid, 'revoked'), false)
      assert.deepEqual(await rowOf(store, session.sid), tombstone)
      assert.deepEqual(await store.checkSession(ALICE, session.sid), {
        now: clock.now(),
        state: 'revoked',
        epoch: 0,
        dataVersion: 1,
      })
    },
  },
  {
    name: '[I-18] rotate after endSession is revoked, whichever token is presented',
    async run({ store, clock }) {
      const session = await create(store, { sid: `${ALICE}.1` })
      clock.advance(COOLDOWN)
      const { session: current } = await store.rotate(rotateInput(session))
      assert.ok(current)
      await end(store, session.sid)
      const tombstone = await rowOf(store, session.sid)
      for (const gen of [0, 1, 2, 3, 4]) {
        const input = rotateInput(session, { gen, ip: '192.0.2.66' })
        assert.deepEqual(await store.rotate(input), {
          now: clock.now(),
          outcome: 'revoked',
          session: tombstone,
        })
      }
    },
  },
  {
    name: '[I-18] endSession in the middle of many refreshes ends the session, and none brings it back',
    async run({ store, clock, handles }) {
      const stores = await handles(4)
      const session = await create(store, { sid: `${ALICE}.1` })
      clock.advance(COOLDOWN)
      const refresh = (index: number) => stores[index % 4]!.rotate(rotateInput(session))
      const [before, ended, after] = await Promise.all([
        times(10, refresh),
        end(stores[1]!, session.sid),
        times(10, refresh),
      ])
      assert.equal(ended, true)
      for (const { outcome } of [...before, ...after]) {
        assert.ok(['rotated', 'cooldown', 'replayed', 'revoked'].includes(outcome), outcome)
      }
      const row = await rowOf(store, session.sid)
      assert.equal(row?.reason, 'logout')
      assert.equal((await store.checkSession(ALICE, session.sid)).state, 'revoked')
      assert.equal((await store.rotate(rotateInput({ ...session, gen: row.gen }))).outcome, 'revoked')
    },
  },
  {
    name: 'endSession at once from many handles: one of them ended it',
    async run({ store, handles }) {
      const stores = await handles(4)
      const { sid } = await create(store, { sid: `${ALICE}.1` })
      const answers = await times(12, (index) => end(stores[index % 4]!, sid, 'logout'))
      assert.equal(answers.filter(Boolean).length, 1)
    },
  },
  {
    name: 'endSession of an unknown or expired session returns false, and writes nothing',
    async run({ store, clock }) {
      for (const sid of [`${ALICE}.none`, '', '.', 'no tag', "';--", '__proto__', `${ALICE}.%`]) {
        assert.equal(await end(store, sid, 'revoked'), false, sid)
        assert.equal(await rowOf(store, sid), undefined)
      }
      const session = await create(store, { sid: `${ALICE}.1` })
      clock.advance(IDLE)
      assert.equal(await end(store, session.sid, 'revoked'), false)
      assert.deepEqual(await rowOf(store, session.sid), session)
    },
  },
  {
    name: 'endSession ends the one session that it names',
    async run({ store }) {
      const ended = await create(store, { sid: `${ALICE}.1` })
      const others = [`${ALICE}.10`, `${ALICE}.`, `${ALICE}.2`]
      for (const sid of others) await create(store, { sid })
      await end(store, ended.sid, 'revoked')
      const sessions = await listed(store, ALICE)
      assert.deepEqual(new Set(sessions.map(({ sid }) => sid)), new Set(others))
    },
  },
  {
    name: '[I-18] a sid is created once: a second createSession is rejected, alive or ended, and changes nothing',
    async run({ store }) {
      const session = await create(store, { sid: `${ALICE}.1` })
      const again = createInput({ sid: session.sid, subject: 'mallory', secretHash: 'another' })
      await assert.rejects(store.createSession(again))
      assert.deepEqual(await rowOf(store, session.sid), session)
      await end(store, session.sid)
      await assert.rejects(store.createSession(again))
      assert.equal((await rowOf(store, session.sid))?.reason, 'logout')
    },
  },
  {
    name: 'checkSession returns whether a session is live, ended, expired or unknown, with the epoch',
    async run({ store, clock }) {
      const session = await create(store, { sid: `${ALICE}.1` })
      const status = (state: string, dataVersion = 0) => ({ now: clock.now(), state, epoch: 0, dataVersion })
      assert.deepEqual(await store.checkSession(ALICE, session.sid), status('live', 1))
      assert.deepEqual(await store.checkSession(ALICE, `${ALICE}.2`), status('unknown'))
      assert.deepEqual(await store.checkSession(ALICE, undefined), status('unknown'))
      assert.deepEqual(await store.checkSession(BOB, session.sid), status('unknown'))
      clock.advance(IDLE)
      assert.deepEqual(await store.checkSession(ALICE, session.sid), status('expired', 1))
    },
  },
]
