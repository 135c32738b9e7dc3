import { base64url, type Signer } from '@countersign/forge'
import { fc } from '../support/property.ts'
import { base } from '../support/authenticate.ts'
import { NOW } from './oracle.ts'

/** Values that a claim or a header parameter may be given in the place of a good one. `undefined` takes it away. */
const oddValues: readonly unknown[] = [
  undefined, null, '', 'x', 0, -1, 1, 1e308, -1e308, 0.5, true, false, [], {}, [''], [[]],
  base.issuer, [base.issuer], `${base.issuer}/`, base.audience, [base.audience], [base.audience, 'https://b.test'],
  [base.audience, 1], [1, base.audience, null], ['https://b.test'],
  NOW - 16, NOW - 15, NOW - 14.5, NOW - 14, NOW, NOW + 14, NOW + 15, NOW + 15.5, NOW + 16, 8.64e12, 8.64e12 + 1, `${NOW + 300}`,
  'access', 'id', 'Bearer', 'ID', 'Refresh', 'Offline', 'Logout', { jkt: 'x' },
  { 'http://schemas.openid.net/event/backchannel-logout': {} }, { other: {} },
  'JWT', 'jwt', 'at+jwt', 'AT+JWT', 'application/at+jwt', 'application/JWT', 'Application/jwt', 'dpop+jwt', 'logout+jwt', 'a/jwt',
  'none', 'HS256', 'RS256', 'ES256', 'EdDSA', 'Ed25519', 'hs256', ['b64'], ['exp'], 'k'.repeat(512), 'k'.repeat(513), 'DEF',
] // prettier-ignore

const claimNames = [
  'iss', 'aud', 'sub', 'exp', 'nbf', 'iat', 'jti', 'sid', 'cnf', 'typ', 'token_use', 'at_hash', 'c_hash', 'events',
  'scope', 'roles', '__proto__', 'constructor', 'Exp', 'nonce',
] // prettier-ignore
const headerNames = [
  'alg', 'kid', 'typ', 'crit', 'b64', 'zip', 'enc', 'cty', 'jku', 'jwk', 'x5c', 'x5u', 'x5t#S256', '__proto__', 'p2c',
] // prettier-ignore

/** Members as a list, so that a name may stand twice. */
type Members = readonly (readonly [name: string, value: unknown])[]

const oddMembers = (names: readonly string[]): fc.Arbitrary<Members> =>
  fc.array(fc.tuple(fc.constantFrom(...names), fc.constantFrom(...oddValues)), { maxLength: 2 })

/** Members that no rule is about. */
const harmless: fc.Arbitrary<Members> = fc.array(
  fc.tuple(fc.stringMatching(/^[a-w]{6,9}$/), fc.jsonValue({ maxDepth: 3 })),
  { maxLength: 3 },
)

/** What is done to a JSON text before it is signed. */
const textChanges: Readonly<Record<string, (text: string) => string | Uint8Array>> = {
  nothing: (text) => text,
  'white space': (text) => ` \n${text.replaceAll('":', '" :\t')}\r `,
  'a byte order mark': (text) => `\uFEFF${text}`,
  'a name twice': (text) => text.replace(/^\{/, '{"sub":"user-2","typ":"JWT",'),
  'a name twice, nested': (text) => text.replace(/\}$/, ',"x":{"a":[{"b":1,"b":1}]}}'),
  'the same name at two depths': (text) => text.replace(/\}$/, ',"x":{"sub":1,"a":{"sub":2}}}'),
  'escapes in values': (text) => text.replace('https://api.test', String.raw`\u0068ttps:\/\/api.test`),
  'a name that needs an escape': (text) => text.replace(/\}$/, String.raw`,"a\"b":1}`),
  'a name with a line break': (text) => text.replace(/\}$/, String.raw`,"x":[{"a\nb":1}]}`),
  'a lone surrogate': (text) => text.replace(/\}$/, String.raw`,"x":"\ud800"}`),
  'a name of a lone surrogate': (text) => text.replace(/\}$/, String.raw`,"\ud800":1}`),
  'more than ASCII': (text) => text.replace(/\}$/, ',"näme":"\u{1F600}\u2028","\u007f":"\u007f"}'),
  'something behind it': (text) => `${text}x`,
  'a list around it': (text) => `[${text}]`,
  'depth 32': (text) => text.replace(/\}$/, `,"x":${'['.repeat(31)}${']'.repeat(31)}}`),
  'depth 33': (text) => text.replace(/\}$/, `,"x":${'['.repeat(32)}${']'.repeat(32)}}`),
  'broken UTF-8': (text) => Buffer.concat([Buffer.from(text.slice(0, -2)), Buffer.from([0xff, 0x22, 0x7d])]),
  'an overlong byte': (text) =>
    Buffer.concat([Buffer.from(text.slice(0, -1)), Buffer.from([0xc1, 0xbf, 0x7d])]),
  'great length': (text) => text.replace(/\}$/, `,"x":"${'x'.repeat(13_000)}"}`),
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** What is done to an encoded segment, for which jose, here or there, may not care. */
const spellings: Readonly<Record<string, (segment: string, at: number) => string>> = {
  nothing: (segment) => segment,
  padding: (segment) => `${segment}${'='.repeat((4 - (segment.length % 4)) % 4)}`,
  'one pad': (segment) => `${segment}=`,
  'spare bits': (segment) =>
    `${segment.slice(0, -1)}${alphabet[Math.min(alphabet.indexOf(segment.at(-1) ?? 'A') + 1, 63)]}`,
  'a space': (segment, at) => insert(segment, at, ' '),
  'a line break': (segment, at) => insert(segment, at, '\n'),
  'a tab': (segment, at) => insert(segment, at, '\t'),
  'a NUL': (segment, at) => insert(segment, at, '\0'),
  'an umlaut': (segment, at) => insert(segment, at, 'ä'),
  'the other alphabet': (segment) => segment.replaceAll('-', '+').replaceAll('_', '/'),
}

function insert(text: string, at: number, what: string): string {
  const i = at % (text.length + 1)
  return text.slice(0, i) + what + text.slice(i)
}

/** What is done to a token once it is signed. */
const mutations: Readonly<Record<string, (token: string, at: number, character: string) => string>> = {
  nothing: (token) => token,
  'another character': (token, at, character) => {
    const i = at % token.length
    return token.slice(0, i) + character + token.slice(i + 1)
  },
  'one more': (token, at, character) => insert(token, at, character),
  'one less': (token, at) => token.slice(0, at % token.length) + token.slice((at % token.length) + 1),
  'cut off': (token, at) => token.slice(0, at % token.length),
  'a fourth segment': (token) => `${token}.AAAA`,
  'no signature': (token) => token.slice(0, token.lastIndexOf('.') + 1),
  'a signature of zeros': (token) => token.slice(0, token.lastIndexOf('.') + 1) + 'A'.repeat(86),
}

/** Mostly the first one, which changes nothing. */
function mostlyNothing(names: readonly string[], weight: number): fc.Arbitrary<string> {
  const [nothing = '', ...others] = names
  return fc.oneof(
    { weight, arbitrary: fc.constant(nothing) },
    { weight: 1, arbitrary: fc.constantFrom(...others) },
  )
}

/** How a token came to be: data, so that a counterexample can be read. */
export interface Recipe {
  readonly headerMembers: Members
  readonly claims: Members
  readonly extra: Members
  readonly headerText: string
  readonly payloadText: string
  readonly spelling: string
  readonly where: number
  readonly resigned: boolean
  readonly mutation: string
  readonly at: number
  readonly character: string
}

export const recipes: fc.Arbitrary<Recipe> = fc.record({
  headerMembers: fc.oneof(
    { weight: 2, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: oddMembers(headerNames) },
  ),
  claims: fc.oneof(
    { weight: 1, arbitrary: fc.constant([]) },
    { weight: 2, arbitrary: oddMembers(claimNames) },
  ),
  extra: harmless,
  headerText: mostlyNothing(Object.keys(textChanges), 12),
  payloadText: mostlyNothing(Object.keys(textChanges), 3),
  spelling: mostlyNothing(Object.keys(spellings), 5),
  where: fc.nat(2),
  resigned: fc.boolean(),
  mutation: mostlyNothing(Object.keys(mutations), 6),
  at: fc.nat(4_000),
  character: fc.constantFrom('A', 'B', 'Q', '-', '_', '=', '.', ' ', '+', 'ä'),
})

/** The token of a recipe. */
export function cook(recipe: Recipe, signer: Signer): string {
  const { alg, kid } = signer
  const header = { alg, ...(kid !== undefined && { kid }) }
  const headerText = textChanges[recipe.headerText]!(toText(header, recipe.headerMembers))
  const payloadText = textChanges[recipe.payloadText]!(
    toText(signer.claims(), [...recipe.extra, ...recipe.claims]),
  )
  const respell = (segment: string, i: number): string =>
    recipe.where === i ? spellings[recipe.spelling]!(segment, recipe.at) : segment
  const plain = [base64url(headerText), base64url(payloadText)]
  const signed = recipe.resigned ? plain.map(respell) : plain
  const signature = base64url(signer.sign(signed.join('.')))
  const token = [...(recipe.resigned ? signed : plain.map(respell)), respell(signature, 2)].join('.')
  return mutations[recipe.mutation]!(token, recipe.at, recipe.character)
}

/** The JSON text of good members with others on top. */
function toText(good: object, others: Members): string {
  const members = new Map<string, unknown>([...Object.entries(good), ...others])
  const texts = [...members].flatMap(([name, value]) => {
    const text = JSON.stringify(value) as string | undefined
    return text === undefined ? [] : [`${JSON.stringify(name)}:${text}`]
  })
  return `{${texts.join(',')}}`
}
