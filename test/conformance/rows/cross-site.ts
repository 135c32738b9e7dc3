import { GOOD } from '../apps.ts'
import { passes, refused, type Expectation, type Row } from '../row.ts'

type Header = readonly [name: string, value: string]

const cookie: Header = ['Cookie', `__Host-access=${GOOD}`]
const rejected = refused('cross_site_rejected')
const admitted = (method: string): Expectation =>
  passes(
    { carrier: 'cookie' },
    { handler: `${method} /me`, headers: { 'Cache-Control': 'no-store', Vary: 'Cookie' } },
  )

/** What a page may say of where it comes from. The policy's own origin is app.test, its partner is partner.test. */
const origins = {
  absent: undefined,
  null: 'null',
  own: 'https://app.test',
  allowed: 'https://partner.test',
  foreign: 'https://attacker.test',
  'own with its port': 'https://app.test:443',
  'own on another port': 'https://app.test:8443',
  'own with a trailing dot': 'https://app.test.',
  'own in upper case': 'HTTPS://APP.TEST',
  'own over http': 'http://app.test',
  'own as a prefix': 'https://app.test.attacker.test',
  'own with a slash': 'https://app.test/',
  'own and a foreign one': 'https://app.test, https://attacker.test',
} as const

const none: readonly (keyof typeof origins)[] = []
const all = Object.keys(origins) as (keyof typeof origins)[]

/** For each value of Sec-Fetch-Site: the origins whose unsafe requests pass. All others are refused. */
const passing: Record<string, readonly (keyof typeof origins)[]> = {
  absent: ['own', 'allowed'],
  none: ['own', 'allowed'],
  'same-origin': all,
  'same-site': ['allowed'],
  'cross-site': ['allowed'],
  'Same-Origin': none,
  'same-origin, cross-site': none,
}

function headers(site: string, origin: string | undefined): Header[] {
  return [
    cookie,
    ...(site === 'absent' ? [] : [['Sec-Fetch-Site', site] as const]),
    ...(origin === undefined ? [] : [['Origin', origin] as const]),
  ]
}

const matrix: readonly Row[] = Object.entries(passing).flatMap(([site, wanted]) =>
  all.map((origin): Row => ({
    title: `[D1] [V-20] POST by cookie, Sec-Fetch-Site ${site}, Origin ${origin}: ${wanted.includes(origin) ? 'admitted' : '403'}`,
    app: 'cookie',
    request: { method: 'POST', headers: headers(site, origins[origin]) },
    expect: wanted.includes(origin) ? admitted('POST') : rejected,
  })),
)

const otherMethods: readonly Row[] = [
  ...['PUT', 'PATCH', 'DELETE'].flatMap((method): Row[] => [
    {
      title: `[D1] [V-20] ${method} by cookie from a foreign page: 403`,
      app: 'cookie',
      request: { method, headers: headers('cross-site', origins.foreign) },
      expect: rejected,
    },
    {
      title: `[D1] [V-20] ${method} by cookie with no sign of its origin: 403`,
      app: 'cookie',
      request: { method, headers: headers('absent', undefined) },
      expect: rejected,
    },
    {
      title: `[D1] [V-20] ${method} by cookie from an own page is admitted`,
      app: 'cookie',
      request: { method, headers: headers('same-origin', origins.own) },
      expect: admitted(method),
    },
  ]),
  ...(['GET', 'HEAD', 'OPTIONS'] as const).map((method): Row => ({
    title: `[V-20] ${method} is safe: a link from a foreign page is admitted`,
    app: 'cookie',
    request: { method, headers: headers('cross-site', undefined) },
    expect: admitted(method === 'HEAD' ? 'GET' : method),
  })),
]

const special: readonly Row[] = [
  {
    title: '[D1] [V-20] a header credential needs no proof of origin',
    app: 'cookie',
    request: {
      method: 'POST',
      headers: [
        ['Authorization', `Bearer ${GOOD}`],
        ['Sec-Fetch-Site', 'cross-site'],
        ['Origin', origins.foreign],
      ],
    },
    expect: passes({ carrier: 'header' }, { handler: 'POST /me' }),
  },
  {
    title: '[D1] [V-20] a WebSocket handshake by cookie from a foreign page: 403',
    app: 'cookie',
    request: { headers: [...headers('cross-site', origins.foreign), ['Upgrade', 'websocket']] },
    expect: rejected,
  },
  {
    title: '[D1] [V-20] a WebSocket handshake by cookie from an own page is admitted',
    app: 'cookie',
    request: { headers: [...headers('absent', origins.own), ['Upgrade', 'WebSocket']] },
    expect: admitted('GET'),
  },
  {
    title: '[D1] two Sec-Fetch-Site headers prove nothing',
    app: 'cookie',
    request: {
      method: 'POST',
      headers: [...headers('same-origin', undefined), ['Sec-Fetch-Site', 'cross-site']],
    },
    expect: rejected,
  },
  {
    title: '[D1] two Origin headers prove nothing',
    app: 'cookie',
    request: { method: 'POST', headers: [...headers('absent', origins.own), ['Origin', origins.foreign]] },
    expect: rejected,
  },
  {
    title: '[D1] the Host header is not the own origin',
    app: 'cookie',
    request: {
      method: 'POST',
      headers: [...headers('absent', 'https://127.0.0.1'), ['X-Forwarded-Host', 'attacker.test']],
    },
    expect: rejected,
  },
  {
    title: '[D1] a method in a header does not make a POST safe',
    app: 'cookie',
    request: {
      method: 'POST',
      target: '/me?_method=GET',
      headers: [...headers('cross-site', origins.foreign), ['X-HTTP-Method-Override', 'GET']],
    },
    expect: rejected,
  },
  {
    title: '[D1] the gate stands where authentication is optional, too',
    app: 'cookieOptional',
    request: { method: 'POST', headers: headers('cross-site', origins.foreign) },
    expect: rejected,
  },
  {
    title:
      '[D1] [V-20] the gate comes first: a bad cookie from a foreign page is 403, and says nothing of the token',
    app: 'cookie',
    request: {
      method: 'POST',
      headers: [
        ['Cookie', '__Host-access=x.y.z'],
        ['Sec-Fetch-Site', 'cross-site'],
      ],
    },
    expect: rejected,
  },
  {
    title: '[D1] the error channel gets the refusal of the gate',
    app: 'cookieThrown',
    request: { method: 'POST', headers: headers('cross-site', origins.foreign) },
    expect: { ...rejected, headers: { ...rejected.headers, 'X-Error-Handler': 'ran' } },
  },
]

/** What other libraries take for proof when it is there, some of them not on every request. Here it never is. */
const customHeaders: readonly Row[] = [
  ['X-Requested-With', 'XMLHttpRequest'],
  ['X-CSRF', '1'],
  ['X-CSRF-Token', 'x'],
  ['X-XSRF-TOKEN', 'x'],
].flatMap(([name, value]) =>
  ['POST', 'DELETE'].map((method): Row => ({
    title: `[I-31] ${method} by cookie from nowhere: the header ${name} lets nobody in`,
    app: 'cookie',
    request: { method, headers: [...headers('absent', undefined), [name!, value!]] },
    expect: rejected,
  })),
)

export const crossSiteRows: readonly Row[] = [...matrix, ...otherMethods, ...special, ...customHeaders]
