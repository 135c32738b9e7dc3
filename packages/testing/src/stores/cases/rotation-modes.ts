import assert from 'node:assert/strict'
import { type BenchCase } from '../bench.ts'
import { create, rotateInput, rowOf } from '../fixtures.ts'
import { ALICE, COOLDOWN, DAY, GRACE, HOUR } from '../values.ts'

const STRICT = { mode: 'strict', cooldown: 0, grace: 0 } as const
const UNTIL_USED = { mode: 'untilUsed' } as const

/** The differences of the modes `strict` and `untilUsed`. */
export const rotationModeCases: readonly BenchCase[] = [
  {
    name: '[I-1] strict: every token is accepted once, and a parent is reuse at once',
    async run({ store }) {
      const session = await create(store, { sid: `${ALICE}.1` })
      const { outcome, session: second } = await store.rotate(rotateInput(session, STRICT))
      assert.equal(outcome, 'rotated')
      assert.equal(second?.gen, 2)
      assert.equal((await store.rotate(rotateInput(session, STRICT))).outcome, 'reused')
      assert.equal((await store.rotate(rotateInput({ ...session, gen: 2 }, STRICT))).outcome, 'revoked')
    },
  },
  {
    name: 'untilUsed: the parent is accepted until its successor is presented, without a time limit',
    async run({ store, clock }) {
      const session = await create(store, { sid: `${ALICE}.1` })
      clock.advance(COOLDOWN)
      const { session: current } = await store.rotate(rotateInput(session, UNTIL_USED))
      assert.ok(current)
      clock.advance(DAY)
      for (let i = 0; i < 2; i++) {
        assert.deepEqual(await store.rotate(rotateInput(session, UNTIL_USED)), {
          now: clock.now(),
          outcome: 'replayed',
          session: current,
        })
      }
      const { outcome, session: third } = await store.rotate(rotateInput(current, UNTIL_USED))
      assert.equal(outcome, 'rotated')
      assert.equal(third?.used, false)
      assert.equal((await store.rotate(rotateInput(session, UNTIL_USED))).outcome, 'reused')
    },
  },
  {
    name: 'untilUsed: once its successor was presented, a parent is accepted only within the grace',
    async run({ store, clock }) {
      const session = await create(store, { sid: `${ALICE}.1` })
      clock.advance(COOLDOWN)
      const { session: current } = await store.rotate(rotateInput(session, UNTIL_USED))
      assert.ok(current)
      const { outcome } = await store.rotate(rotateInput(current, UNTIL_USED))
      assert.equal(outcome, 'cooldown')
      assert.equal((await rowOf(store, session.sid))?.used, true)
      clock.advance(GRACE)
      assert.equal((await store.rotate(rotateInput(session, UNTIL_USED))).outcome, 'replayed')
      clock.advance(1)
      assert.equal((await store.rotate(rotateInput(session, UNTIL_USED))).outcome, 'reused')
    },
  },
  {
    name: 'untilUsed: a grandparent is reuse',
    async run({ store, clock }) {
      const first = await create(store, { sid: `${ALICE}.1` })
      clock.advance(HOUR)
      const { session: second } = await store.rotate(rotateInput(first, UNTIL_USED))
      assert.ok(second)
      clock.advance(HOUR)
      await store.rotate(rotateInput(second, UNTIL_USED))
      assert.equal((await store.rotate(rotateInput(first, UNTIL_USED))).outcome, 'reused')
    },
  },
  {
    name: 'the clock goes back: the current token is within its cooldown, and its parent within the grace',
    async run({ store, clock }) {
      const session = await create(store, { sid: `${ALICE}.1` })
      clock.advance(COOLDOWN)
      const { session: current } = await store.rotate(rotateInput(session))
      assert.ok(current)
      clock.advance(-HOUR)
      assert.equal((await store.rotate(rotateInput(session))).outcome, 'replayed')
      const { outcome, now } = await store.rotate(rotateInput(current))
      assert.equal(outcome, 'cooldown')
      assert.equal(now, clock.now())
    },
  },
]
