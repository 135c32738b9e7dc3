import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { deriveKeys, subjectTag } from '../../src/token/secrets.ts'

const SECRET = 'a first secret that is long enough 0123456789'
const OTHER = 'b other secret that is long enough 9876543210'

describe('deriveKeys', () => {
  it('makes a key for each purpose, none the secret or another one', () => {
    const [keys] = deriveKeys([SECRET])
    const { keyId, refresh, tag, access } = keys!
    const all = [Buffer.from(SECRET), refresh.export(), tag.export(), access].map((key) =>
      key.toString('base64url'),
    )
    expect(new Set(all).size).toBe(4)
    for (const key of all) expect(key).not.toContain(keyId)
    expect(keyId).toMatch(/^[\w-]{8}$/)
  })

  it('takes bytes for the same as their text, and every secret for another', () => {
    const [fromBytes] = deriveKeys([new TextEncoder().encode(SECRET)])
    const [fromText] = deriveKeys([SECRET])
    expect(fromBytes!.keyId).toBe(fromText!.keyId)
    expect(fromBytes!.refresh.equals(fromText!.refresh)).toBe(true)
    expect(fromBytes!.tag.equals(fromText!.tag)).toBe(true)
    expect(fromBytes!.access).toEqual(fromText!.access)
    const [a, b] = deriveKeys([SECRET, OTHER])
    expect(a!.keyId).not.toBe(b!.keyId)
    expect(a!.refresh.equals(b!.refresh)).toBe(false)
  })

  it.each<[unknown, RegExp]>([
    [undefined, /secrets.*is required/],
    [[], /secrets.*is required/],
    [SECRET, /secrets.*is required: a list/],
    [['short'], /secrets.*too short/],
    [['a'.repeat(64)], /secrets.*repeats/],
    [[7], /secrets.*string or a Uint8Array/],
    [[SECRET, SECRET], /secrets.*twice/],
    [[SECRET, new TextEncoder().encode(SECRET)], /secrets.*twice/],
    [['-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA\n-----END PUBLIC KEY-----'], /secrets.*holds/],
  ])('refuses %j', (secrets, message) => {
    expect(() => deriveKeys(secrets as string[])).toThrow(message)
  })
})

describe('subjectTag', () => {
  const [key, other] = deriveKeys([SECRET, OTHER])
  const tag = (tenant: string | undefined, subject: string): string => subjectTag(key!, tenant, subject)

  it('names nobody, is 128 bits, and follows the secret', () => {
    expect(tag('acme', 'alice')).toMatch(/^[\w-]{22}$/)
    expect(tag('acme', 'alice')).not.toBe(subjectTag(other!, 'acme', 'alice'))
  })

  it.each([
    [
      ['a', 'bc'],
      ['ab', 'c'],
    ],
    [
      ['a!b', 'c'],
      ['a', 'b!c'],
    ],
    [
      ['1!a', 'b'],
      ['1', 'a!b'],
    ],
    [
      [undefined, 'a'],
      ['', 'a'],
    ],
    [
      [undefined, '1!a!b'],
      ['a', 'b'],
    ],
    [
      [undefined, '!x'],
      ['-', 'x'],
    ],
    [
      ['-', 'a'],
      [undefined, '-!a'],
    ],
  ] as [[string | undefined, string], [string | undefined, string]][])(
    '%j and %j are two',
    (first, second) => {
      expect(tag(...first)).not.toBe(tag(...second))
    },
  )

  it('no two pairs of tenant and subject share one', () => {
    const part = fc.string({ unit: fc.constantFrom('!', '-', '0', '1', '2', 'a', 'é'), maxLength: 5 })
    const pair = fc.tuple(fc.option(part, { nil: undefined }), part)
    fc.assert(
      fc.property(pair, pair, (a, b) => {
        expect(tag(...a) === tag(...b)).toBe(a[0] === b[0] && a[1] === b[1])
      }),
      { numRuns: 1_000 },
    )
  })
})
