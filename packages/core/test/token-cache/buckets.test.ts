import { describe, expect, it } from 'vitest'
import { createTokenCache } from '../../src/accept/token-cache.ts'
import { fc } from '../support/property.ts'

/** A text in the place of a token: `name` at the front, `tail` at the end. */
function text(name: string, tail = 'AAAAAA'): string {
  return `${name}.${tail}`
}

describe('a memory of tokens', () => {
  it('knows what was put in, and nothing else', () => {
    const cache = createTokenCache<number>(10)
    expect(cache.get(text('a'))).toBeUndefined()
    cache.set(text('a'), 1)
    expect(cache.get(text('a'))).toBe(1)
    expect(cache.get(text('b'))).toBeUndefined()
    expect(cache.size).toBe(1)
  })

  it('[B4] never answers for a token with the same end, however much else they share', () => {
    const known = 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0.AAAABBBBCCCC'
    const cache = createTokenCache<string>(10)
    cache.set(known, 'known')
    // every other text of the same length that differs in one character in front of its end, and shorter and longer ones
    for (let i = 0; i < known.length - 6; i++) {
      expect(cache.get(`${known.slice(0, i)}_${known.slice(i + 1)}`)).toBeUndefined()
      expect(cache.get(known.slice(i + 1))).toBeUndefined()
    }
    expect(cache.get(`e${known}`)).toBeUndefined()
    expect(cache.get(known)).toBe('known')
  })

  it('[B4] gives the place to the newer of two tokens with the same end, and forgets the older', () => {
    const cache = createTokenCache<string>(10)
    cache.set(text('a'), 'a')
    cache.set(text('b'), 'b')
    expect(cache.get(text('a'))).toBeUndefined()
    expect(cache.get(text('b'))).toBe('b')
    expect(cache.size).toBe(1)
  })

  it('tells tokens apart by the last character too, where only that differs', () => {
    const cache = createTokenCache<string>(10)
    cache.set(text('a', 'AAAAAA'), 'A')
    expect(cache.get(text('a', 'AAAAAB'))).toBeUndefined()
    cache.set(text('a', 'AAAAAB'), 'B')
    expect(cache.get(text('a', 'AAAAAB'))).toBe('B')
    expect(cache.get(text('a', 'AAAAAA'))).toBeUndefined()
  })

  it('forgets a token when told to, and not another one with the same end', () => {
    const cache = createTokenCache<string>(10)
    cache.set(text('a'), 'a')
    cache.delete(text('b'))
    expect(cache.get(text('a'))).toBe('a')
    cache.delete(text('a'))
    expect(cache.get(text('a'))).toBeUndefined()
    expect(cache.size).toBe(0)
  })

  it('looks at each of the five characters before the last to find a place', () => {
    for (let at = 0; at < 5; at++) {
      const cache = createTokenCache<string>(64)
      const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
      for (const character of alphabet)
        cache.set(text('a', `${'A'.repeat(at)}${character}${'A'.repeat(5 - at)}`), 'x')
      expect(cache.size).toBeGreaterThan(48)
    }
    expect.assertions(5)
  })
})

describe('its capacity', () => {
  /** Texts that fall into different buckets. */
  const numbered = (i: number): string => text('t', `${String(i).padStart(5, '0')}A`)

  it('is kept, and the oldest is forgotten first', () => {
    const cache = createTokenCache<number>(3)
    for (let i = 0; i < 100; i++) {
      cache.set(numbered(i), i)
      expect(cache.size).toBe(Math.min(i + 1, 3))
    }
    expect([96, 97, 98, 99].map((i) => cache.get(numbered(i)))).toEqual([undefined, 97, 98, 99])
  })

  it('is not exceeded, and nobody is driven out, where a token is put in again', () => {
    const cache = createTokenCache<number>(3)
    for (const i of [1, 2, 3]) cache.set(numbered(i), i)
    cache.set(numbered(1), 10)
    expect([1, 2, 3].map((i) => cache.get(numbered(i)))).toEqual([10, 2, 3])
    // the first one now counts as the newest
    cache.set(numbered(4), 4)
    expect([1, 2, 3, 4].map((i) => cache.get(numbered(i)))).toEqual([10, undefined, 3, 4])
  })

  it('may be one', () => {
    const cache = createTokenCache<number>(1)
    cache.set(numbered(1), 1)
    cache.set(numbered(2), 2)
    expect([1, 2].map((i) => cache.get(numbered(i)))).toEqual([undefined, 2])
  })
})

/** Texts that meet others in their bucket: few names, few ends. */
const crowded = fc
  .tuple(fc.constantFrom('a', 'b'), fc.constantFrom('A', 'B', 'C'), fc.constantFrom('A', 'A', 'B'))
  .map(([name, tail, last]) => text(name, `AAAA${tail}${last}`))
const steps = fc.array(fc.tuple(fc.constantFrom('set', 'set', 'get', 'get', 'delete'), crowded), {
  minLength: 20,
  maxLength: 60,
})

it('[B4] whatever is put in and taken out, a token gives what was last put in for it, or nothing', () => {
  const seen = { hits: 0, misses: 0 }
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4 }), steps, (capacity, list) => {
      const cache = createTokenCache<number>(capacity)
      const last = new Map<string, number>()
      for (const [i, [step, token]] of list.entries()) {
        if (step === 'set') {
          cache.set(token, i)
          last.set(token, i)
        } else if (step === 'delete') {
          cache.delete(token)
          last.delete(token)
        }
        const value = cache.get(token)
        seen[value === undefined ? 'misses' : 'hits']++
        const allowed = step === 'get' ? [last.get(token), undefined] : [last.get(token)]
        expect(allowed).toContain(value)
        expect(cache.size).toBeLessThanOrEqual(Math.min(capacity, last.size))
      }
    }),
  )
  expect(Math.min(seen.hits, seen.misses)).toBeGreaterThan(500)
})
