import { describe, expect, it } from 'vitest'
import { createSeenBefore } from '../../src/accept/seen-before.ts'
import { fc } from '../support/property.ts'

/** A text in the place of a token. Only its tail is looked at: other numbers have other tails. */
function text(number: number, front = 'x'): string {
  return `${front}.${String(number).padStart(5, '0')}A`
}

describe('acquaintances', () => {
  it('know a token from its second time on', () => {
    const noteToken = createSeenBefore(10)
    expect([text(1), text(2), text(1), text(1), text(2), text(3)].map(noteToken)).toEqual([
      false,
      false,
      true,
      true,
      true,
      false,
    ])
  })

  it('take tokens with the same tail for one, and tell all others apart', () => {
    const noteToken = createSeenBefore(10)
    expect(noteToken(text(1))).toBe(false)
    expect(noteToken(text(1, 'y'))).toBe(true)
    expect(noteToken(text(2))).toBe(false)
  })

  it.each([1, 2, 7, 1_000])(
    'of %i know a token again after fewer others than that, and not after as many',
    (capacity) => {
      for (const others of [capacity - 1, capacity]) {
        const noteToken = createSeenBefore(capacity)
        for (let i = 0; i < 3 * capacity; i++) noteToken(text(10_000 + i)) // full, and forgetting, before it starts
        noteToken(text(99_999))
        for (let i = 0; i < others; i++) expect(noteToken(text(i))).toBe(false)
        expect(noteToken(text(99_999))).toBe(others < capacity)
      }
    },
  )

  it('are not driven out by tokens that are known already, however often these come', () => {
    const noteToken = createSeenBefore(3)
    for (const number of [1, 2, 3]) noteToken(text(number))
    for (let i = 0; i < 100; i++) expect(noteToken(text(3))).toBe(true)
    expect([1, 2, 3].map((number) => noteToken(text(number)))).toEqual([true, true, true])
  })

  it('two that take turns do not keep each other out, whatever else they share', () => {
    const pairs = fc.uniqueArray(fc.integer({ min: 0, max: 49_999 }), { minLength: 2, maxLength: 8 })
    fc.assert(
      fc.property(pairs, fc.integer({ min: 0, max: 20 }), (numbers, strangers) => {
        const noteToken = createSeenBefore(8)
        for (let i = 0; i < strangers; i++) noteToken(text(50_000 + i))
        for (const number of numbers) expect(noteToken(text(number))).toBe(false)
        for (const number of numbers) expect(noteToken(text(number))).toBe(true)
      }),
    )
    expect.hasAssertions()
  })
})
