import { createVerify, generateKeyPairSync, sign, verify } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { engine as nodeEngine } from '../../src/engine/node.ts'
import { p1363ToDer } from '../../src/engine/p1363.ts'
import { fromBase64url, toBase64url } from '../../src/base/base64url.ts'
import { Failure } from '../../src/refusal/failure.ts'
import { splitToken } from '../../src/token/compact.ts'
import { parseJsonObject } from '../../src/token/json-text.ts'
import { fc } from '../support/property.ts'

const BASE64URL = /^[A-Za-z0-9_-]*$/

/** RFC 4648 section 5 by the book, one character at a time, with the spare bits looked at. */
function referenceDecode(text: string): number[] | undefined {
  if (!BASE64URL.test(text) || text.length % 4 === 1) return undefined
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  let bits = ''
  for (const character of text) bits += alphabet.indexOf(character).toString(2).padStart(6, '0')
  const whole = bits.length - (bits.length % 8)
  if (/1/.test(bits.slice(whole))) return undefined
  return Array.from({ length: whole / 8 }, (_, i) => Number.parseInt(bits.slice(i * 8, i * 8 + 8), 2))
}

describe('canonical base64url', () => {
  const nearly = fc.string({
    unit: fc.oneof(
      { weight: 20, arbitrary: fc.constantFrom(...Array.from('ABCDwxyz0189-_')) },
      { weight: 1, arbitrary: fc.constantFrom(...Array.from('+/= \n\t\0!é\u{1F600}')) },
    ),
    maxLength: 40,
  })

  it('[B3][E2] is decoded as the reference decodes it, and anything else is refused', () => {
    let accepted = 0
    fc.assert(
      fc.property(nearly, (text) => {
        const bytes = nodeEngine.decodeBase64url(text)
        if (bytes !== undefined) accepted++
        expect(bytes && [...bytes]).toEqual(referenceDecode(text))
      }),
      { numRuns: 2_000 },
    )
    expect(accepted).toBeGreaterThan(200)
  })

  it('[B3] has one spelling for each sequence of bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        const text = toBase64url(bytes)
        expect(text).toMatch(BASE64URL)
        expect([...fromBase64url(text)]).toEqual([...bytes])
        expect([...nodeEngine.decodeBase64url(text)!]).toEqual([...bytes])
      }),
    )
  })
})

describe('UTF-8', () => {
  it('[E8] is decoded like a fatal TextDecoder does, byte order marks kept', () => {
    const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
    const some = fc.oneof(
      fc.uint8Array({ maxLength: 12 }),
      fc.string({ unit: 'binary' }).map((text) => new TextEncoder().encode(text)),
    )
    let refused = 0
    fc.assert(
      fc.property(some, (bytes) => {
        let expected: string | undefined
        try {
          expected = strict.decode(bytes)
        } catch {
          refused++
        }
        expect(nodeEngine.decodeText(Buffer.from(bytes).toString('base64url'))).toBe(expected)
      }),
      { numRuns: 1_000 },
    )
    expect(refused).toBeGreaterThan(100)
  })
})

describe('splitting a token', () => {
  it('[V-2] gives three non-empty segments that join to the token, or refuses', () => {
    const texts = fc.string({ unit: fc.constantFrom('.', '.', 'a', 'b', '=', ' '), maxLength: 14 })
    let split = 0
    fc.assert(
      fc.property(texts, (text) => {
        const token = splitToken(text, 100)
        const segments = text.split('.')
        const expected = segments.length === 3 && segments.every((segment) => segment !== '')
        expect(!(token instanceof Failure)).toBe(expected)
        if (token instanceof Failure) return
        split++
        expect([token.header, token.payload, token.signature]).toEqual(segments)
        expect(token.signingInput).toBe(segments.slice(0, 2).join('.'))
      }),
      { numRuns: 2_000 },
    )
    expect(split).toBeGreaterThan(50)
  })
})

/** Whether some object in a JSON text has a member twice: by reviving with a parser of our own. */
function hasDuplicate(value: Entries): boolean {
  if (!Array.isArray(value)) return false
  const names = value.map(([name]) => name)
  return new Set(names).size < names.length || value.some(([, member]) => hasDuplicate(member))
}

function hasName(value: Entries, pattern: RegExp): boolean {
  return (
    Array.isArray(value) && value.some(([name, member]) => pattern.test(name) || hasName(member, pattern))
  )
}

/** The names of all members in a JSON value. */
function namesOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  const names = Array.isArray(value) ? [] : Object.keys(value)
  return [...names, ...Object.values(value).flatMap(namesOf)]
}

/** What a correct parser makes of it: every member its own property, `__proto__` too. */
function toObject(value: Entries): unknown {
  if (!Array.isArray(value)) return value
  return Object.fromEntries(value.map(([name, member]) => [name, toObject(member)]))
}

/** An object as a list of members, so that a name may stand twice; or a text, or a number. */
type Entries = string | number | [name: string, member: Entries][]

function toJson(value: Entries, escape: boolean): string {
  if (!Array.isArray(value)) return spell(value, escape)
  return `{${value.map(([name, member]) => `${spell(name, !escape)} : ${toJson(member, escape)}`).join(', ')}}`
}

function spell(value: string | number, escape: boolean): string {
  if (typeof value === 'number') return String(value)
  if (!escape) return JSON.stringify(value)
  const units = Array.from({ length: value.length }, (_, i) =>
    value.charCodeAt(i).toString(16).padStart(4, '0'),
  )
  return `"${units.map((unit) => `\\u${unit}`).join('')}"`
}

describe('parsing a JSON object', () => {
  const { entries } = fc.letrec<{ entries: Entries }>((tie) => ({
    entries: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc.oneof(fc.constantFrom('x', 'a"b', '\\', '{"a":1}', ''), fc.integer()),
      fc.array(fc.tuple(fc.constantFrom('a', 'b', 'a"', '\\', '__proto__', ''), tie('entries')), {
        maxLength: 4,
      }),
    ),
  }))

  it('[V-19] refuses exactly the texts in which a name stands twice or needs an escape, escaped or not', () => {
    // What V8 must have seen to mistake an escaped name for another: see withPlainNames.
    for (const name of ['a', 'b', '', '__proto__']) JSON.parse(`{"${name}":0,"\\\\":0}`)
    const seen = { taken: 0, refused: 0 }
    fc.assert(
      fc.property(entries, fc.boolean(), (value, escape) => {
        fc.pre(Array.isArray(value))
        const refused = hasDuplicate(value) || hasName(value, /["\\]/)
        seen[refused ? 'refused' : 'taken']++
        expect(parseJsonObject(toJson(value, escape))).toEqual(refused ? undefined : toObject(value))
      }),
      { numRuns: 3_000 },
    )
    expect(Math.min(seen.taken, seen.refused)).toBeGreaterThan(200)
  })

  it('[V-19] reads escaped names as they are, whatever JSON the process has parsed before', () => {
    for (let i = 0; i < 100; i++) {
      JSON.parse('{"a":0,"\\u005c":1}')
      JSON.parse('{"a":0,"https:\\\\":1}')
      expect(parseJsonObject('{"a":0,"\\u0062":1}')).toEqual({ a: 0, b: 1 })
      expect(parseJsonObject(String.raw`{"a":0,"https:\/\/acme.test\/roles" :["\u0061\/"]}`)).toEqual({
        a: 0,
        'https://acme.test/roles': ['a/'],
      })
      expect(parseJsonObject('{"a":0,"\\u0061":1}')).toBeUndefined()
    }
    expect.assertions(300)
  })

  it('[V-19] takes every object that JSON.stringify writes, up to 32 deep', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 5 })),
        fc.boolean(),
        (value, pretty) => {
          const text = JSON.stringify(value, null, pretty ? '\t' : undefined)
          const needsEscape = namesOf(value).some((name) => JSON.stringify(name).includes('\\'))
          expect(parseJsonObject(text)).toEqual(needsEscape ? undefined : JSON.parse(text))
        },
      ),
    )
  })

  it('[V-19] checks depth like counting brackets outside of strings', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.boolean(), fc.string(), (depth, arrays, text) => {
        const inner = JSON.stringify(text)
        const nested = arrays
          ? `{"a":${'['.repeat(depth - 1)}${inner}${']'.repeat(depth - 1)}}`
          : `${'{"a":'.repeat(depth)}${inner}${'}'.repeat(depth)}`
        expect(parseJsonObject(nested) !== undefined).toBe(depth <= 32)
      }),
    )
  })

  it('never throws, whatever the text', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom(...Array.from('{}[]":,\\a1 \n')) }),
    )
    fc.assert(
      fc.property(texts, (text) => {
        const value = parseJsonObject(text)
        expect(value ?? null).toEqual(value === undefined ? null : JSON.parse(text))
      }),
      { numRuns: 2_000 },
    )
    expect(parseJsonObject('{}')).toEqual({})
  })
})

describe('ECDSA signatures', () => {
  const curves = [
    ['P-256', 'sha256', 64],
    ['P-384', 'sha384', 96],
    ['P-521', 'sha512', 132],
  ] as const

  it.each(curves)(
    'over %s have the same verdict in DER as node:crypto gives them in P1363',
    (namedCurve, hash, length) => {
      const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve })
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(length - 1), fc.nat(255), (data, at, byte) => {
          const signature = sign(hash, data, { key: privateKey, dsaEncoding: 'ieee-p1363' })
          expect(signature).toHaveLength(length)
          expect(verify(hash, data, publicKey, p1363ToDer(signature))).toBe(true)
          expect(createVerify(hash).update(data).verify(publicKey, p1363ToDer(signature))).toBe(true)
          const bent = Buffer.from(signature)
          bent[at] = byte
          const expected = verify(hash, data, { key: publicKey, dsaEncoding: 'ieee-p1363' }, bent)
          expect(verify(hash, data, publicKey, p1363ToDer(bent))).toBe(expected)
        }),
        { numRuns: 60 },
      )
    },
  )

  it('are written in DER as X.690 wants them: minimal, positive, with the right lengths', () => {
    const numbers = fc.tuple(
      fc
        .constantFrom(32, 48, 66)
        .chain((half) => fc.uint8Array({ minLength: half * 2, maxLength: half * 2, size: 'max' })),
      fc.nat(66),
      fc.nat(66),
    )
    fc.assert(
      fc.property(numbers, ([bytes, rZeros, sZeros]) => {
        const half = bytes.length / 2
        bytes.fill(0, 0, Math.min(rZeros, half))
        bytes.fill(0, half, half + Math.min(sZeros, half))
        const der = p1363ToDer(bytes)
        const [r, s] = readDer(der)
        expect(r).toBe(BigInt(`0x${Buffer.from(bytes.subarray(0, half)).toString('hex')}`))
        expect(s).toBe(BigInt(`0x${Buffer.from(bytes.subarray(half)).toString('hex')}`))
      }),
      { numRuns: 1_000 },
    )
  })

  /** A strict reader of SEQUENCE { INTEGER, INTEGER }, written from X.690. */
  function readDer(der: Uint8Array): bigint[] {
    const long = der[1] === 0x81
    const length = long ? der[2]! : der[1]!
    let at = long ? 3 : 2
    expect([der[0], length > 127]).toEqual([0x30, long])
    expect(der.length).toBe(at + length)
    const numbers: bigint[] = []
    while (at < der.length) {
      expect(der[at]).toBe(0x02)
      const value = der.subarray(at + 2, at + 2 + der[at + 1]!)
      expect(value.length).toBe(der[at + 1])
      expect(value[0]! & 0x80).toBe(0)
      const padded = value.length > 1 && value[0] === 0
      expect(!padded || value[1]! >= 0x80).toBe(true)
      numbers.push(BigInt(`0x${Buffer.from(value).toString('hex')}`))
      at += 2 + value.length
    }
    expect(numbers).toHaveLength(2)
    return numbers
  }
})
