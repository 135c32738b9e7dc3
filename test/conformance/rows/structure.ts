import { base64url, splitToken } from '@countersign/forge'
import { GOOD } from '../apps.ts'
import { es256 } from '../issuers.ts'
import { bearer, passes, refused, type Row } from '../row.ts'

const HEADER = JSON.stringify({ alg: 'ES256', kid: 'es256-1' })
const CLAIMS = JSON.stringify(es256.claims())
const { header, payload, signature } = splitToken(GOOD)
const utf8 = (text: string): Buffer => Buffer.from(text, 'utf8')

/** Header and payload as they are spelled here, with a signature that is right for this very spelling. */
function signedAsSpelled(spelledHeader: string, spelledPayload: string): string {
  return `${spelledHeader}.${spelledPayload}.${base64url(es256.sign(`${spelledHeader}.${spelledPayload}`))}`
}

/** The same bytes in another spelling: the bits that no byte uses are not zero. */
function withSpareBits(text: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  if (text.length % 4 === 0) throw new Error('this segment has no spare bits')
  return text.slice(0, -1) + alphabet[alphabet.indexOf(text.at(-1)!) + 1]!
}

/** A JSON text whose base64url has spare bits. */
function sparing(json: string): string {
  return utf8(json).length % 3 === 0 ? `${json} ` : json
}

const crits: Record<string, string> = {
  'an unknown name': '["x"]',
  'a registered name': '["exp"]',
  'no name': '[]',
  'a name twice': '["x","x"]',
  b64: '["b64"]',
  'no list': '"exp"',
  'an object': '{}',
  null: 'null',
}

const payloads: Record<string, string> = {
  'an array': `[${CLAIMS}]`,
  'an empty array': '[]',
  'a string': '"eyJ"',
  'a number': '1',
  null: 'null',
  true: 'true',
  'no JSON': 'sub=user-1',
  'JSON and more': `${CLAIMS}{}`,
  'a byte order mark before it': `\ufeff${CLAIMS}`,
  NaN: CLAIMS.replace('{', '{"nbf":NaN,'),
  'a comment': `/**/${CLAIMS}`,
}

const spellings: Record<string, string> = {
  'padding on the header': signedAsSpelled(`${header}=`, payload),
  'padding on the payload': signedAsSpelled(header, `${payload}==`),
  'padding on the signature': `${GOOD}==`,
  'plus in the header': signedAsSpelled(`+${header}`, payload),
  'slash in the payload': signedAsSpelled(header, `${payload}/`),
  'the ordinary base64 alphabet in the signature': `${header}.${payload}.${'+/'.repeat(43)}`,
  'spare bits in the header': signedAsSpelled(withSpareBits(base64url(sparing(HEADER))), payload),
  'spare bits in the payload': signedAsSpelled(header, withSpareBits(base64url(sparing(CLAIMS)))),
  'spare bits in the signature': `${header}.${payload}.${withSpareBits(signature)}`,
  'a length that no bytes have': `${header}.${payload}.${signature.slice(0, -1)}`,
  'a character outside the alphabet': `${header}.${payload}.${signature.slice(0, -1)}~`,
}

const shapes: Record<string, string> = {
  'one segment': header,
  'two segments': `${header}.${payload}`,
  'four segments': `${GOOD}.${signature}`,
  'five segments, as an encrypted token': `${header}..${payload}.${payload}.${signature}`,
  'an empty header': `.${payload}.${signature}`,
  'an empty payload': `${header}..${signature}`,
  'a dot in front': `.${GOOD}`,
  'a dot at the end': `${GOOD}.`,
  'only dots': '..',
  'JSON serialization': JSON.stringify({ payload, protected: header, signature }).replaceAll(',', ';'),
}

const notUtf8: Record<string, Buffer> = {
  'a lone continuation byte': Buffer.from([0x80]),
  'an overlong form': Buffer.from([0xc0, 0xaf]),
  'a surrogate': Buffer.from([0xed, 0xa0, 0x80]),
  latin1: Buffer.from([0xe9]),
}

/** A value of a member, with bytes that are not UTF-8 inside. */
const splice = (json: string, bytes: Buffer): Buffer =>
  Buffer.concat([utf8(`${json.slice(0, -1)},"name":"`), bytes, utf8('"}')])

/** A claim that nests so deep that the payload as a whole has `depth` levels. */
const nested = (depth: number): string =>
  CLAIMS.replace('{', `{"deep":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)},`)

const malformed = (ids: string, title: string, token: string): Row => ({
  title: `${ids} ${title}`,
  app: 'bearer',
  request: bearer(token),
  expect: refused('token_malformed'),
})

export const structureRows: readonly Row[] = [
  ...Object.entries(crits).map(([title, crit]) =>
    malformed(
      '[B1] [V-4]',
      `crit with ${title} is refused`,
      es256.raw(HEADER.replace('{', `{"crit":${crit},`), CLAIMS),
    ),
  ),
  malformed('[B1] [V-4]', 'b64 false is refused', es256.token({}, { b64: false, crit: ['b64'] })),
  malformed('[B1] [V-4]', 'b64 false without crit is refused', es256.token({}, { b64: false })),
  ...Object.entries(payloads).map(([title, text]) =>
    malformed('[B2]', `a payload that is ${title} is refused`, es256.raw(HEADER, text)),
  ),
  ...['[]', 'null', '"ES256"'].map((text) =>
    malformed('[B2]', `a header that is ${text} is refused`, es256.raw(text, CLAIMS)),
  ),
  ...Object.entries(spellings).map(([title, token]) =>
    malformed('[B3] [E2] [V-2]', `another spelling of a segment is refused: ${title}`, token),
  ),
  ...Object.entries(shapes).map(([title, token]) =>
    malformed('[V-2]', `what is not three segments is refused: ${title}`, token),
  ),
  malformed('[B5]', 'zip is refused', es256.token({}, { zip: 'DEF' })),
  malformed('[B5]', 'enc is refused', es256.token({}, { enc: 'A256GCM' })),
  {
    title: '[B5] PBES2 with a million iterations is refused without doing them',
    app: 'bearer',
    request: bearer(es256.token({}, { alg: 'PBES2-HS256+A128KW', p2c: 1_000_000_000 })),
    expect: refused('algorithm_not_allowed'),
  },
  ...Object.entries(notUtf8).flatMap(([title, bytes]) => [
    malformed(
      '[E8]',
      `a payload that is not UTF-8 is refused: ${title}`,
      es256.raw(HEADER, splice(CLAIMS, bytes)),
    ),
    malformed(
      '[E8]',
      `a header that is not UTF-8 is refused: ${title}`,
      es256.raw(splice(HEADER, bytes), CLAIMS),
    ),
  ]),
  {
    title: '[E8] well-formed UTF-8 of all lengths passes',
    app: 'bearer',
    request: bearer(es256.token({ name: 'aé€😀' })),
    expect: passes({ claims: { ...es256.claims(), name: 'aé€😀' } }),
  },
  {
    title: '[V-19] claims may nest 32 deep',
    app: 'bearer',
    request: bearer(es256.raw(HEADER, nested(32))),
    expect: passes(),
  },
  malformed('[V-19]', 'claims that nest 33 deep are refused', es256.raw(HEADER, nested(33))),
  malformed('[V-19]', 'claims that nest 2000 deep are refused', es256.raw(HEADER, nested(2_000))),
  malformed(
    '[V-19]',
    'a claim that stands twice is refused',
    es256.raw(HEADER, CLAIMS.replace('{', '{"sub":"admin",')),
  ),
  malformed(
    '[V-19]',
    'a claim that stands twice in two spellings is refused',
    es256.raw(HEADER, CLAIMS.replace('{', String.raw`{"s\u0075b":"admin",`)),
  ),
  malformed(
    '[V-19]',
    'a header parameter that stands twice is refused',
    es256.raw(HEADER.replace('{', '{"alg":"none",'), CLAIMS),
  ),
  malformed(
    '[V-19]',
    'a nested name that stands twice is refused',
    es256.raw(HEADER, CLAIMS.replace('{', '{"a":{"b":1,"b":2},')),
  ),
  ...([{ a: 1 }, ['es256-1'], 1, null, true, 'k'.repeat(513)] as const).map((kid) =>
    malformed(
      '[E5] [V-3]',
      `a kid that is no short string is 401: ${JSON.stringify(kid).slice(0, 20)}`,
      es256.token({}, { kid }),
    ),
  ),
  ...[
    '__proto__',
    'constructor',
    'a:b:https://idp.test',
    '../../keys',
    "' OR 1=1 --",
    'k'.repeat(512),
    '',
  ].map((kid): Row => ({
    title: `[A9] [V-3] a kid is an opaque name: ${JSON.stringify(kid).slice(0, 24)}`,
    app: 'bearer',
    request: bearer(es256.token({}, { kid })),
    expect: refused('key_unknown'),
  })),
  {
    title: '[E1] control bytes in alg: plain 401',
    app: 'bearer',
    request: bearer(es256.token({}, { alg: 'ES256\r\nX-Injected: 1\u0000' })),
    secrets: ['Injected'],
    expect: refused('algorithm_not_allowed'),
  },
  {
    title: '[E1] control bytes in kid: plain 401',
    app: 'bearer',
    request: bearer(es256.token({}, { kid: 'k\r\nX-Injected: 1\u0000"' })),
    secrets: ['Injected'],
    expect: refused('key_unknown'),
  },
  {
    title: '[E1] control bytes in typ: plain 401',
    app: 'bearer',
    request: bearer(es256.token({}, { typ: 'JWT\r\nX-Injected: 1\u0000"' })),
    secrets: ['Injected'],
    expect: refused('token_type_wrong'),
  },
  {
    title: '[E1] control bytes in claims: plain 401',
    app: 'bearer',
    request: bearer(es256.token({ aud: 'x\r\nX-Injected: 1\u0000"' })),
    secrets: ['Injected'],
    expect: refused('claim_mismatch', { claim: 'aud' }),
  },
  malformed('[E7]', 'a typ that is no string has its code', es256.token({}, { typ: 1 })),
]
