import { createAuthenticator } from '@countersign/core'
import { base64url, createSigner } from '@countersign/forge'
import { describe, expect, it, vi } from 'vitest'
import { parseJsonObject } from '../../src/token/json-text.ts'
import { base, resultOf, principalFor, trusting } from '../support/authenticate.ts'

const signer = createSigner({ alg: 'ES256', kid: 'k1' })
const hmac = createSigner({ alg: 'HS256', kid: null })
const authenticator = trusting(signer)
const header = JSON.stringify({ alg: 'ES256', kid: 'k1' })
const payload = JSON.stringify(signer.claims())
const parts = signer.token().split('.') as [string, string, string]

/** A token with these texts, properly signed. */
const signed = (headerText: string, payloadText = payload): string => signer.raw(headerText, payloadText)

/** A header with these members, properly signed. */
const withHeader = (members: object): string => signer.token({}, members as Record<string, unknown>)

describe('the segments of a token', () => {
  it.each([
    ['nothing', ''],
    ['a dot', '.'],
    ['two dots', '..'],
    ['three dots', '...'],
    ['no dot', parts.join('')],
    ['one dot', `${parts[0]}.${parts[1]}`],
    ['no header', `.${parts[1]}.${parts[2]}`],
    ['no payload', `${parts[0]}..${parts[2]}`],
    ['no signature', `${parts[0]}.${parts[1]}.`],
    ['a fourth, empty segment', `${parts.join('.')}.`],
    ['a fourth segment', `${parts.join('.')}.${parts[2]}`],
    ['a dot in front', `.${parts.join('.')}`],
  ])('[V-2] are three: %s is refused', async (_what, token) => {
    expect((await authenticator.authenticateToken(token)).type).toBe('refused')
    expect(await resultOf(authenticator, token || '.')).toBe('401 token_malformed')
  })

  it('[V-2][B5] are told from those of an encrypted token, which is refused', async () => {
    const direct = base64url({ alg: 'dir', enc: 'A256GCM', zip: 'DEF' })
    const password = base64url({ alg: 'PBES2-HS256+A128KW', enc: 'A128GCM', p2c: 2 ** 31, p2s: 'AAAA' })
    for (const protectedHeader of [direct, password]) {
      expect(await resultOf(authenticator, `${protectedHeader}.AAAA.AAAA.AAAA.AAAA`)).toBe(
        '401 token_malformed',
      )
      expect(await resultOf(authenticator, `${protectedHeader}..AAAA.AAAA.AAAA`)).toBe('401 token_malformed')
    }
    expect.assertions(4)
  })

  it('[B5] never are compressed or encrypted: "zip", "enc" and PBES2 are refused in a signed token', async () => {
    for (const members of [{ zip: 'DEF' }, { zip: '' }, { zip: null }, { enc: 'A128GCM' }, { enc: null }]) {
      expect(await resultOf(authenticator, withHeader(members))).toBe('401 token_malformed')
    }
    for (const alg of ['PBES2-HS256+A128KW', 'dir', 'RSA-OAEP', 'A128KW', 'ECDH-ES']) {
      expect(await resultOf(authenticator, withHeader({ alg, p2c: 2 ** 31 }))).toBe(
        '401 algorithm_not_allowed',
      )
    }
    expect.assertions(10)
  })

  it('[V-2] are never the JSON serialization', async () => {
    const [protectedHeader, body, signature] = parts
    const json = JSON.stringify({ payload: body, protected: protectedHeader, signature })
    expect((await authenticator.authenticateToken(json)).type).toBe('refused')
  })
})

describe('the spelling of a segment', () => {
  const spellings: Record<string, (segment: string) => string> = {
    padding: (segment) => `${segment}${'='.repeat(4 - (segment.length % 4) || 4)}`,
    'one =': (segment) => `${segment}=`,
    'white space in front': (segment) => `\n${segment}`,
    'white space at the end': (segment) => `${segment}\t`,
    'white space inside': (segment) => `${segment.slice(0, 4)}\r\n${segment.slice(4)}`,
    'a character outside the alphabet': (segment) => `${segment.slice(0, 4)}!${segment.slice(4)}`,
    'a control byte': (segment) => `${segment}\0`,
    'a no-break space': (segment) => `${segment}\u00A0`,
    'a character that looks like another': (segment) => `${segment}\uFF21`,
    'a high character': (segment) => `${segment}\u{1F600}`,
    'the alphabet of base64': (segment) => `${segment.slice(0, -4)}+/+/`,
    'percent-encoding': (segment) => `%${segment.charCodeAt(0).toString(16)}${segment.slice(1)}`,
    'one character too many': (segment) => `${segment}${'A'.repeat((5 - (segment.length % 4)) % 4 || 4)}`,
  }

  it.each(Object.entries(spellings))('[B3][E2][V-2] with %s is refused', async (_what, respell) => {
    for (const index of [0, 1, 2]) {
      const segments = parts.map((segment, i) => (i === index ? respell(segment) : segment))
      const outcome = await authenticator.authenticateToken(segments.join('.'))
      expect(outcome).toMatchObject({ type: 'refused', refusal: { status: 401 } })
      expect(outcome).not.toMatchObject({ refusal: { body: { code: 'key_unknown' } } })
    }
    expect.assertions(6)
  })

  it('[B3][E2] has no spare bits: of the spellings that decode alike, one is accepted', async () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const token = hmac.token()
    const shared = createAuthenticator({ ...base, secret: hmac.secret! })
    const stem = token.slice(0, -1)
    const bytes = Buffer.from(token.split('.')[2]!, 'base64url')
    const alike = Array.from(alphabet).filter((last) =>
      Buffer.from(`${stem}${last}`.split('.')[2]!, 'base64url').equals(bytes),
    )
    // 32 bytes leave two spare bits
    expect(alike).toHaveLength(4)
    const said = await Promise.all(alike.map((last) => resultOf(shared, `${stem}${last}`)))
    expect(said.toSorted()).toEqual([
      ...Array.from({ length: 3 }, () => '401 token_malformed'),
      'authenticated',
    ])
    expect(alike[said.indexOf('authenticated')]).toBe(token.at(-1))
  })

  it('[B3] has no spare bits in header and payload either, although they are signed as they stand', async () => {
    const input = (head: string, body: string): string => {
      const text = `${head}.${body}`
      return `${text}.${base64url(signer.sign(text))}`
    }
    const goodHead = base64url(header + ' '.repeat((3 - (header.length % 3)) % 3) + ' ')
    const goodBody = base64url(payload + ' '.repeat((3 - (payload.length % 3)) % 3) + ' ')
    expect([goodHead.length % 4, goodBody.length % 4]).toEqual([2, 2])
    expect(await resultOf(authenticator, input(goodHead, goodBody))).toBe('authenticated')
    const spare = (segment: string): string => `${segment.slice(0, -1)}${next(segment.at(-1)!)}`
    expect(await resultOf(authenticator, input(spare(goodHead), goodBody))).toBe('401 token_malformed')
    expect(await resultOf(authenticator, input(goodHead, spare(goodBody)))).toBe('401 token_malformed')
    expect(await resultOf(authenticator, input(`${goodHead}==`, goodBody))).toBe('401 token_malformed')
    expect(await resultOf(authenticator, input(goodHead, `${goodBody}==`))).toBe('401 token_malformed')
  })

  function next(character: string): string {
    return String.fromCharCode(character.charCodeAt(0) + 1)
  }
})

describe('the text in a segment', () => {
  it.each([
    ['a stray continuation byte', [0x80]],
    ['a truncated sequence', [0xc3]],
    ['an overlong slash', [0xc0, 0xaf]],
    ['a surrogate half', [0xed, 0xa0, 0x80]],
    ['a code point beyond Unicode', [0xf4, 0x90, 0x80, 0x80]],
    ['Latin-1', [0xe9]],
  ])('[E8] is well-formed UTF-8: %s is refused', async (_what, bytes) => {
    const broken = Buffer.concat([Buffer.from('{"a":"'), Buffer.from(bytes), Buffer.from('",')])
    const inHeader = signer.raw(Buffer.concat([broken, Buffer.from(header.slice(1))]), payload)
    const inPayload = signer.raw(header, Buffer.concat([broken, Buffer.from(payload.slice(1))]))
    expect(await resultOf(authenticator, inHeader)).toBe('401 token_malformed')
    expect(await resultOf(authenticator, inPayload)).toBe('401 token_malformed')
  })

  it('may be any well-formed UTF-8', async () => {
    const name = 'Ærøskøbing 北京 \u{1F600} \u0000 \uFFFF \u2028'
    const { claims } = await principalFor(authenticator, signer.token({ name }))
    expect(claims['name']).toBe(name)
  })

  const notObjects = [
    '[]',
    `[${payload}]`,
    'null',
    '"text"',
    '42',
    'true',
    '',
    ' ',
    '{}{}',
    '{',
    '{"a":1,}',
    "{'a':1}",
  ]

  it.each([...notObjects, '\uFEFF{}', 'NaN', '{a:1}', '// x\n{}'])(
    '[B2] is a JSON object: %j is refused',
    async (text) => {
      expect(await resultOf(authenticator, signed(header, text || ' '))).toBe('401 token_malformed')
      expect(await resultOf(authenticator, signed(text || ' '))).toBe('401 token_malformed')
    },
  )

  it('[V-19] names no member twice, however it is spelled, at any depth', async () => {
    const more = (members: string): string => `${payload.slice(0, -1)},${members}}`
    const twice = [
      '"sub":"admin"',
      '"s\\u0075b":"admin"',
      '"\\u0073\\u0075\\u0062":"admin"',
      '"a":1,"a":1',
      '"a":1,"\\u0061":2',
      '"a":{"b":1,"b":2}',
      '"a":[[{"b":1},{"c":1,"c":{}}]]',
      '"a":{"x":{"y":1}},"a":{}',
      '"a":{},"a":{"x":{"y":1}}',
      '"a":["x","y"],"a":0',
      '"__proto__":1,"__proto__":2',
      '"":1,"":2',
      '"\\"":1,"\\u0022":2',
    ]
    for (const members of twice) {
      expect(await resultOf(authenticator, signed(header, more(members)))).toBe('401 token_malformed')
    }
    expect(await resultOf(authenticator, signed('{"alg":"none","alg":"ES256","kid":"k1"}'))).toBe(
      '401 token_malformed',
    )
    expect(await resultOf(authenticator, signed('{"alg":"ES256","kid":"k1","kid":"k1"}'))).toBe(
      '401 token_malformed',
    )
    for (const members of [
      '"a":"a"',
      '"a":{"a":{"a":"a"}}',
      '"\\u0061":1,"b":2',
      '"a":["a","a"]',
      '"a":"\\\\\\""',
    ]) {
      expect(await resultOf(authenticator, signed(header, more(members)))).toBe('authenticated')
    }
    for (const members of [
      '"\\"a":1',
      '"\\\\":1',
      '"\\u0000":1',
      '"a\\nb":1',
      '"\\ud800":1',
      '"\\x61":1',
      '"a\\":1',
    ]) {
      expect(await resultOf(authenticator, signed(header, more(members)))).toBe('401 token_malformed')
    }
    expect.assertions(twice.length + 14)
  })

  it('[V-19] nests at most 32 deep', async () => {
    const nested = (depth: number): string =>
      `${payload.slice(0, -1)},"a":${'['.repeat(depth)}${']'.repeat(depth)}}`
    expect(await resultOf(authenticator, signed(header, nested(31)))).toBe('authenticated')
    expect(await resultOf(authenticator, signed(header, nested(32)))).toBe('401 token_malformed')
    const brackets = `${payload.slice(0, -1)},"a":"${'[{'.repeat(500)}"}`
    expect(await resultOf(authenticator, signed(header, brackets))).toBe('authenticated')
    const objects = `${payload.slice(0, -1)},"a":${'{"a":'.repeat(2_000)}1${'}'.repeat(2_000)}}`
    expect(await resultOf(trusting(signer, { maxTokenLength: 65_536 }), signed(header, objects))).toBe(
      '401 token_malformed',
    )
  })
})

describe('the length of a token', () => {
  const ofLength = (length: number): string => {
    for (let pad = 1; ; pad++) {
      const token = signer.token({ pad: 'x'.repeat(pad) })
      if (token.length >= length) return token
    }
  }

  it('[V-19] is 16384 characters at most, or as the policy says', async () => {
    const small = trusting(signer, { maxTokenLength: 512 })
    const fitting = ofLength(512)
    expect([512, 513]).toContain(fitting.length)
    expect(await resultOf(small, fitting)).toBe(
      fitting.length === 512 ? 'authenticated' : '401 token_malformed',
    )
    expect(await resultOf(small, ofLength(514))).toBe('401 token_malformed')
    const pad = (16_384 - signer.token({ pad: '' }).length) * 0.75
    expect(await resultOf(authenticator, signer.token({ pad: 'x'.repeat(pad - 2) }))).toBe('authenticated')
    expect(await resultOf(authenticator, signer.token({ pad: 'x'.repeat(pad + 2) }))).toBe(
      '401 token_malformed',
    )
    expect(await resultOf(authenticator, 'a'.repeat(1_000_000))).toBe('401 token_malformed')
  })
})

it('looks for escapes in names in nothing but JSON, where each string has an end', () => {
  const search = vi.spyOn(String.prototype, 'replaceAll')
  try {
    expect(parseJsonObject(`{"${String.raw`\"`.repeat(6_000)}`)).toBeUndefined()
    expect(search).not.toHaveBeenCalled()
    expect(parseJsonObject(String.raw`{"\u0061":1}`)).toEqual({ a: 1 })
    expect(search).toHaveBeenCalledTimes(1)
  } finally {
    search.mockRestore()
  }
})
