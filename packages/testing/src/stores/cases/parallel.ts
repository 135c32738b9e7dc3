import assert from 'node:assert/strict'
import { type BenchCase } from '../bench.ts'
import { create, rotateInput, rowOf, times } from '../fixtures.ts'
import { ALICE, COOLDOWN, GRACE } from '../values.ts'

const GOOD = new Set(['rotated', 'cooldown', 'replayed'])

/** Many at once, through several handles. */
export const parallelCases: readonly BenchCase[] = [
  {
    name: '[I-3] 50 parallel refreshes of one token make one generation: one call rotates, all return it',
    async run({ store, clock, handles }) {
      const stores = await handles(5)
      const session = await create(store, { sid: `${ALICE}.1` })
      clock.advance(COOLDOWN)
      const answers = await times(50, (index) => stores[index % 5]!.rotate(rotateInput(session)))
      assert.equal(answers.filter(({ outcome }) => outcome === 'rotated').length, 1)
      assert.deepEqual(
        answers.filter(({ outcome }) => !GOOD.has(outcome)),
        [],
      )
      assert.deepEqual(new Set(answers.map((answer) => answer.session?.gen)), new Set([2]))
      assert.equal((await rowOf(store, session.sid))?.gen, 2)
    },
  },
  {
    name: '[I-3] refreshes of many sessions at once do not mix them up',
    async run({ store, clock, handles }) {
      const stores = await handles(5)
      const sessions = await times(10, (index) => create(store, { sid: `${ALICE}.${index}` }))
      clock.advance(COOLDOWN)
      const answers = await times(50, (index) =>
        stores[index % 5]!.rotate(rotateInput(sessions[index % 10]!)),
      )
      for (const [index, { session }] of answers.entries()) {
        assert.equal(session?.sid, sessions[index % 10]!.sid)
        assert.equal(session.gen, 2)
      }
      assert.equal(answers.filter(({ outcome }) => outcome === 'rotated').length, 10)
    },
  },
  {
    name: '[I-3] parallel refreshes, round after round, each make one generation more',
    async run({ store, clock, handles }) {
      const stores = await handles(3)
      let session = await create(store, { sid: `${ALICE}.1` })
      for (let gen = 2; gen <= 8; gen++) {
        clock.advance(GRACE + 1)
        const answers = await times(9, (index) => stores[index % 3]!.rotate(rotateInput(session)))
        assert.equal(answers.filter(({ outcome }) => outcome === 'rotated').length, 1)
        assert.ok(answers.every((answer) => answer.session?.gen === gen))
        session = answers[0]!.session!
      }
    },
  },
  {
    name: '[I-2] a stolen token in many hands: the session ends once, and no caller gets a token',
    async run({ store, clock, handles }) {
      const stores = await handles(4)
      const session = await create(store, { sid: `${ALICE}.1` })
      clock.advance(COOLDOWN)
      await store.rotate(rotateInput(session))
      clock.advance(GRACE + 1)
      const answers = await times(20, (index) => stores[index % 4]!.rotate(rotateInput(session)))
      assert.equal(answers.filter(({ outcome }) => outcome === 'reused').length, 1)
      assert.equal(answers.filter(({ outcome }) => outcome === 'revoked').length, 19)
    },
  },
]
