import assert from 'node:assert/strict'
import type { RotateInput } from '@countersign/stores'
import { type BenchCase } from '../bench.ts'
import { create, end, listed, rotateInput, rowOf } from '../fixtures.ts'
import { ABSOLUTE, ALICE, COOLDOWN, DAY, GRACE, HOUR, IDLE, ISSUER, SECOND } from '../values.ts'

/** `decideRotation`, rule by rule, at the borders of its times. */
export const rotationCases: readonly BenchCase[] = [
  {
    name: 'createSession returns the row: generation 1, on the clock of the store',
    async run({ store, clock }) {
      const sid = `${ALICE}.1`
      const session = await create(store, { sid, clientId: 'app', jkt: 'key', device: 'Firefox', ip: '::1' })
      const now = clock.now()
      const expected = {
        sid,
        secretHash: `hash of ${sid}`,
        subject: 'alice',
        tenant: undefined,
        issuer: ISSUER,
        clientId: 'app',
        jkt: 'key',
        provider: undefined,
        gen: 1,
        rotatedAt: now,
        used: false,
        epoch: 0,
        dataVersion: 1,
        createdAt: now,
        idleTimeout: IDLE,
        idleExpiresAt: now + IDLE,
        absoluteExpiresAt: now + ABSOLUTE,
        revokedAt: undefined,
        reason: undefined,
        device: 'Firefox',
        ip: '::1',
        data: '{}',
      }
      assert.deepEqual(session, expected)
      assert.deepEqual(await rowOf(store, sid), expected)
    },
  },
  {
    name: 'rotate of a session that was never created is unknown, and creates none',
    async run({ store, clock }) {
      const nobody = { sid: `${ALICE}.1`, gen: 1, secretHash: 'x', clientId: undefined, jkt: undefined }
      const expected = { now: clock.now(), outcome: 'unknown', session: undefined }
      assert.deepEqual(await store.rotate(rotateInput(nobody)), expected)
      assert.deepEqual(await store.rotate(rotateInput(nobody)), expected)
      assert.deepEqual(await listed(store, ALICE), [])
    },
  },
  {
    name: '[I-8] the current token within its cooldown moves idle expiry without a rotation; at its end it rotates',
    async run({ store, clock }) {
      const session = await create(store, { sid: `${ALICE}.1` })
      clock.advance(COOLDOWN - 1)
      const early = await store.rotate(rotateInput(session))
      const moved = { ...session, used: true, idleExpiresAt: clock.now() + IDLE }
      assert.deepEqual(early, { now: clock.now(), outcome: 'cooldown', session: moved })
      assert.deepEqual(await rowOf(store, session.sid), moved)
      clock.advance(1)
      const late = await store.rotate(rotateInput(session))
      assert.equal(late.outcome, 'rotated')
      assert.equal(late.session?.gen, 2)
      assert.equal(late.session.used, false)
    },
  },
  {
    name: '[I-10] a rotation makes the next generation: idle expiry moves, absolute expiry never',
    async run({ store, clock }) {
      const session = await create(store, { sid: `${ALICE}.1`, ip: '192.0.2.1' })
      clock.advance(DAY)
      const first = await store.rotate(rotateInput(session, { ip: '192.0.2.2' }))
      const rotated = {
        ...session,
        gen: 2,
        rotatedAt: clock.now(),
        idleExpiresAt: clock.now() + IDLE,
        ip: '192.0.2.2',
      }
      assert.deepEqual(first, { now: clock.now(), outcome: 'rotated', session: rotated })
      assert.deepEqual(await rowOf(store, session.sid), rotated)
      clock.advance(DAY)
      const second = await store.rotate(rotateInput(rotated))
      assert.equal(second.session?.ip, '192.0.2.2')
      assert.equal(second.session?.absoluteExpiresAt, session.absoluteExpiresAt)
    },
  },
  {
    name: '[I-10] no rotation moves idle expiry past absolute expiry, when the session ends',
    async run({ store, clock }) {
      let session = await create(store, { sid: `${ALICE}.1` })
      const { absoluteExpiresAt } = session
      while (clock.now() + 10 * DAY < absoluteExpiresAt) {
        clock.advance(10 * DAY)
        const { outcome, session: next } = await store.rotate(rotateInput(session))
        assert.equal(outcome, 'rotated')
        assert.ok(next)
        assert.equal(next.idleExpiresAt, Math.min(clock.now() + IDLE, absoluteExpiresAt))
        session = next
      }
      clock.advance(absoluteExpiresAt - clock.now() - 1)
      assert.equal((await store.checkSession(ALICE, session.sid)).state, 'live')
      clock.advance(1)
      assert.equal((await store.checkSession(ALICE, session.sid)).state, 'expired')
      const { outcome } = await store.rotate(rotateInput(session))
      assert.equal(outcome, 'expired')
    },
  },
  {
    name: 'a session shorter than its idle timeout is idle at its absolute expiry',
    async run({ store }) {
      const session = await create(store, { sid: `${ALICE}.1` }, { absoluteTimeout: SECOND })
      assert.equal(session.idleExpiresAt, session.absoluteExpiresAt)
      assert.equal(session.absoluteExpiresAt, session.createdAt + SECOND)
    },
  },
  {
    name: '[I-11] a session is expired after its idle timeout without use, and not earlier',
    async run({ store, clock }) {
      const short = await create(store, { sid: `${ALICE}.1` })
      const long = await create(store, { sid: `${ALICE}.2` })
      clock.advance(IDLE - 1)
      assert.equal((await store.checkSession(ALICE, short.sid)).state, 'live')
      assert.equal((await store.rotate(rotateInput(short))).outcome, 'rotated')
      clock.advance(1)
      assert.equal((await store.checkSession(ALICE, long.sid)).state, 'expired')
      const before = await rowOf(store, long.sid)
      assert.deepEqual(await store.rotate(rotateInput(long)), {
        now: clock.now(),
        outcome: 'expired',
        session: before,
      })
    },
  },
  {
    name: '[I-6] the parent is replayed within the grace, and replays do not extend it: after that it is reuse',
    async run({ store, clock }) {
      const session = await create(store, { sid: `${ALICE}.1` })
      clock.advance(COOLDOWN)
      const { session: current } = await store.rotate(rotateInput(session))
      clock.advance(29 * SECOND)
      const replay = { outcome: 'replayed', session: current }
      assert.deepEqual(await store.rotate(rotateInput(session)), { now: clock.now(), ...replay })
      clock.advance(SECOND)
      assert.deepEqual(await store.rotate(rotateInput(session)), { now: clock.now(), ...replay })
      clock.advance(SECOND)
      assert.deepEqual(await store.rotate(rotateInput(session)), {
        now: clock.now(),
        outcome: 'reused',
        session: { ...current, revokedAt: clock.now(), reason: 'reuse' },
      })
    },
  },
  {
    name: '[I-6] the grace ends exact to the millisecond',
    async run({ store, clock }) {
      const session = await create(store, { sid: `${ALICE}.1` })
      clock.advance(COOLDOWN)
      await store.rotate(rotateInput(session))
      clock.advance(GRACE)
      assert.equal((await store.rotate(rotateInput(session))).outcome, 'replayed')
      clock.advance(1)
      assert.equal((await store.rotate(rotateInput(session))).outcome, 'reused')
    },
  },
  {
    name: '[I-2] a grandparent is reuse even within the grace: this session ends, no other does',
    async run({ store, clock }) {
      const first = await create(store, { sid: `${ALICE}.1` })
      const other = await create(store, { sid: `${ALICE}.2` })
      clock.advance(COOLDOWN)
      const { session: second } = await store.rotate(rotateInput(first, { grace: DAY }))
      assert.ok(second)
      clock.advance(COOLDOWN)
      const { session: third } = await store.rotate(rotateInput(second, { grace: DAY }))
      assert.ok(third)
      assert.equal((await store.rotate(rotateInput(first, { grace: DAY }))).outcome, 'reused')
      const tombstone = { ...third, revokedAt: clock.now(), reason: 'reuse' }
      assert.deepEqual(await rowOf(store, first.sid), tombstone)
      for (const session of [first, second, third]) {
        assert.deepEqual(await store.rotate(rotateInput(session)), {
          now: clock.now(),
          outcome: 'revoked',
          session: tombstone,
        })
      }
      assert.equal((await store.rotate(rotateInput(other))).outcome, 'rotated')
    },
  },
  {
    name: '[I-7] a mismatch of secret, client or key writes nothing and ends nothing',
    async run({ store, clock }) {
      const bound = await create(store, { sid: `${ALICE}.1`, clientId: 'app', jkt: 'key' })
      const free = await create(store, { sid: `${ALICE}.2` })
      clock.advance(COOLDOWN)
      const foreign: readonly (readonly [typeof bound, Partial<RotateInput>])[] = [
        [bound, { secretHash: 'another' }],
        [bound, { clientId: 'another' }],
        [bound, { clientId: undefined }],
        [bound, { jkt: 'another' }],
        [bound, { jkt: undefined }],
        [free, { clientId: 'app' }],
        [free, { jkt: 'key' }],
        [free, { clientId: '' }],
        [free, { jkt: '' }],
      ]
      for (const gen of [0, 1, 2, 7]) {
        for (const [session, difference] of foreign) {
          const input = rotateInput(session, { gen, ip: '192.0.2.66', ...difference })
          const expected = { now: clock.now(), outcome: 'mismatch', session }
          assert.deepEqual(await store.rotate(input), expected)
        }
      }
      assert.equal((await store.rotate(rotateInput(bound))).outcome, 'rotated')
      assert.equal((await store.rotate(rotateInput(free))).outcome, 'rotated')
    },
  },
  {
    name: 'the first matching rule decides: mismatch, revoked, expired, and then the generation',
    async run({ store, clock }) {
      const session = await create(store, { sid: `${ALICE}.1` })
      const ended = await create(store, { sid: `${ALICE}.2` })
      clock.advance(COOLDOWN)
      await store.rotate(rotateInput(session))
      await end(store, ended.sid)
      clock.advance(IDLE)
      const outcome = async (input: RotateInput) => (await store.rotate(input)).outcome
      assert.equal(await outcome(rotateInput(ended, { secretHash: 'another' })), 'mismatch')
      assert.equal(await outcome(rotateInput(ended)), 'revoked')
      // theft cannot be detected any more, and nothing is left to steal
      assert.equal(await outcome(rotateInput(session)), 'expired')
      assert.equal((await rowOf(store, session.sid))?.revokedAt, undefined)
    },
  },
  {
    name: 'the next generation is adopted only if writes may be lost; a larger gap is expired, never theft',
    async run({ store, clock }) {
      const session = await create(store, { sid: `${ALICE}.1`, ip: '192.0.2.1' })
      clock.advance(HOUR)
      for (const gen of [3, 2 ** 31, 2 ** 40]) {
        assert.deepEqual(await store.rotate(rotateInput(session, { gen })), {
          now: clock.now(),
          outcome: 'expired',
          session,
        })
      }
      const next = await store.rotate(rotateInput(session, { gen: 2, ip: '192.0.2.2' }))
      if (!store.mayLoseWrites) {
        assert.deepEqual(next, { now: clock.now(), outcome: 'expired', session })
        assert.equal((await store.rotate(rotateInput(session))).outcome, 'rotated')
        return
      }
      const adopted = {
        ...session,
        gen: 2,
        rotatedAt: clock.now(),
        used: true,
        idleExpiresAt: clock.now() + IDLE,
        ip: '192.0.2.2',
      }
      assert.deepEqual(next, { now: clock.now(), outcome: 'ahead', session: adopted })
      const again = await store.rotate(rotateInput(session, { gen: 2 }))
      assert.deepEqual(again, { now: clock.now(), outcome: 'cooldown', session: adopted })
    },
  },
]
