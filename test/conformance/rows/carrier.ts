import { GOOD } from '../apps.ts'
import { bearer, passes, refused, type Row } from '../row.ts'

const authorization = (...values: string[]): Row['request'] => ({
  headers: values.map((value) => ['Authorization', value] as const),
})

const malformed: Record<string, string> = {
  'no token': 'Bearer',
  'no token, but a space': 'Bearer ',
  'two tokens': `Bearer ${GOOD} ${GOOD}`,
  'a token and a word': `Bearer ${GOOD} x`,
  'a word and a token': `Bearer x ${GOOD}`,
  'the scheme twice': `Bearer Bearer ${GOOD}`,
  'two credentials joined by a comma': `Bearer ${GOOD}, Bearer ${GOOD}`,
  'two schemes joined by a comma': `Basic dXNlcjpwYXNz, Bearer ${GOOD}`,
  'a comma after the token': `Bearer ${GOOD},`,
  'a comma before the scheme': `,Bearer ${GOOD}`,
  'a parameter after a comma': `Bearer ${GOOD}, realm="x"`,
  'a tab between scheme and token': `Bearer\t${GOOD}`,
  'a tab inside the token': `Bearer ${GOOD.slice(0, 20)}\t${GOOD.slice(20)}`,
  'a colon after the scheme': `Bearer: ${GOOD}`,
  'quotes around the scheme': `"Bearer" ${GOOD}`,
  'a scheme of bytes above ASCII': `B\xebarer ${GOOD}`,
}

const otherSchemes: Record<string, string> = {
  Basic: 'Basic dXNlcjpwYXNzd29yZA==',
  'Basic with a token in it': `Basic ${GOOD}`,
  Digest: 'Digest username="user"',
  Token: `Token ${GOOD}`,
  JWT: `JWT ${GOOD}`,
  'Bearer with a letter more': `Bearers ${GOOD}`,
  'no scheme, only a token': GOOD,
}

/** Bytes that Node's own parser refuses before any framework sees the request. */
const controlBytes = { NUL: '\0', 'vertical tab': '\x0b', 'bare CR': '\r', DEL: '\x7f' }

export const carrierRows: readonly Row[] = [
  {
    title: '[V-11] a good token reaches the handler',
    app: 'bearer',
    request: bearer(GOOD),
    expect: passes(
      { subject: 'user-1', issuer: 'https://idp.test', carrier: 'header' },
      { headers: { 'Cache-Control': null, Vary: null } },
    ),
  },
  {
    title: '[V-11] no credential: 401, a bare challenge, no error code',
    app: 'bearer',
    request: {},
    expect: refused('credential_missing'),
  },
  {
    title: '[V-38] an Authorization header with nothing in it is no credential',
    app: 'bearer',
    request: authorization(''),
    expect: refused('credential_missing'),
  },
  {
    title: '[V-11] the realm of the policy stands in the bare challenge',
    app: 'realm',
    request: {},
    expect: refused('credential_missing', { realm: 'orders' }),
  },
  {
    title: '[V-11] the realm of the policy stands before the error',
    app: 'realm',
    request: bearer('x.y.z'),
    expect: refused('token_malformed', { realm: 'orders' }),
  },
  ...['bearer', 'BEARER', 'bEaReR'].map((scheme): Row => ({
    title: `[V-11] the scheme is case-insensitive: ${scheme}`,
    app: 'bearer',
    request: authorization(`${scheme} ${GOOD}`),
    expect: passes(),
  })),
  {
    title: '[V-11] several spaces between scheme and token are one separator',
    app: 'bearer',
    request: authorization(`Bearer   ${GOOD}`),
    expect: passes(),
  },
  {
    title: '[V-11] the name of the header is case-insensitive',
    app: 'bearer',
    request: { headers: [['aUTHORIZATION', `Bearer ${GOOD}`]] },
    expect: passes(),
  },
  ...[
    ['two Authorization headers are refused', GOOD, GOOD],
    ['two Authorization headers are refused, the first one bad', 'x.y.z', GOOD],
    ['two Authorization headers are refused, the second one bad', GOOD, 'x.y.z'],
  ].map(([title = '', first, second]): Row => ({
    title: `[B8] [V-10] ${title}`,
    app: 'bearer',
    request: authorization(`Bearer ${first}`, `Bearer ${second}`),
    expect: refused('credential_ambiguous'),
  })),
  {
    title: '[B8] [V-10] Basic and Bearer in two headers are refused',
    app: 'bearer',
    request: authorization('Basic dXNlcjpwYXNz', `Bearer ${GOOD}`),
    expect: refused('credential_ambiguous'),
  },
  {
    title: '[B8] [V-10] two Authorization headers whose names differ in case are refused',
    app: 'bearer',
    request: {
      headers: [
        ['authorization', `Bearer ${GOOD}`],
        ['AUTHORIZATION', `Bearer ${GOOD}`],
      ],
    },
    expect: refused('credential_ambiguous'),
  },
  ...Object.entries(malformed).map(([title, value]): Row => ({
    title: `[B8] [V-11] a malformed credential is 400: ${title}`,
    app: 'bearer',
    request: authorization(value),
    expect: refused('credential_malformed'),
  })),
  ...Object.entries(otherSchemes).map(([title, value]): Row => ({
    title: `[B9] [V-11] another scheme is no credential: ${title}`,
    app: 'bearer',
    request: authorization(value),
    expect: refused('credential_missing'),
  })),
  ...Object.entries(controlBytes).map(([title, byte]): Row => ({
    title: `[B8] [E1] a control byte in the header ends at the parser: ${title}`,
    app: 'bearer',
    request: authorization(`Bearer ${GOOD}${byte}x`),
    expect: { status: 400, body: '' },
  })),
  {
    title: '[E2] bytes above ASCII in a token are refused',
    app: 'bearer',
    request: authorization(`Bearer ${GOOD}\xe9`),
    expect: refused('token_malformed'),
  },
  {
    title: '[V-10] a token in the query is no credential unless the policy asks for it',
    app: 'bearer',
    request: { target: `/me?access_token=${GOOD}` },
    expect: refused('credential_missing'),
  },
  {
    title: '[V-10] a token in the query is taken where the policy asks for it, and never stored',
    app: 'query',
    request: { target: `/me?access_token=${GOOD}` },
    expect: passes({ carrier: 'query' }, { headers: { 'Cache-Control': 'no-store' } }),
  },
  {
    title: '[V-10] two tokens in the query are refused',
    app: 'query',
    request: { target: `/me?access_token=${GOOD}&access_token=${GOOD}` },
    expect: refused('credential_ambiguous'),
  },
  {
    title: '[V-10] a token in the header and one in the query are refused',
    app: 'query',
    request: { target: `/me?access_token=${GOOD}`, ...bearer(GOOD) },
    expect: refused('credential_ambiguous'),
  },
  {
    title: '[V-10] a cookie is no credential unless the policy asks for it',
    app: 'bearer',
    request: { headers: [['Cookie', `__Host-access=${GOOD}`]] },
    expect: refused('credential_missing'),
  },
  {
    title: '[D6] neither the address nor the token stand in the answer',
    app: 'bearer',
    request: { target: '/me?marker=9f3c1d', ...bearer('marker-7b2e.marker-81aa.marker-55d0') },
    secrets: ['9f3c1d'],
    expect: refused('token_malformed'),
  },
  {
    title: '[V-19] a token longer than the policy allows is refused',
    app: 'short',
    request: bearer(`${GOOD}${'A'.repeat(1_025 - GOOD.length)}`),
    expect: refused('token_malformed'),
  },
  {
    title: '[V-19] more header than Node takes ends at the parser',
    app: 'bearer',
    request: bearer('A'.repeat(1 << 20)),
    expect: { status: 431, body: '' },
  },
]
