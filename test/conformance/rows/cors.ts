import { GOOD } from '../apps.ts'
import { passes, refused, thrown, type Expectation, type Row } from '../row.ts'

const ORIGIN = ['Origin', 'https://app.test'] as const
/** What lets a page of that origin read a response. */
const readable = (expectation: Expectation, Vary = 'Origin'): Expectation => ({
  ...expectation,
  headers: { ...expectation.headers, 'Access-Control-Allow-Origin': 'https://app.test', Vary },
})

export const corsRows: readonly Row[] = [
  {
    title: '[D3] a preflight is answered ahead of the authenticator, without credentials',
    app: 'cors',
    request: {
      method: 'OPTIONS',
      target: '/admin',
      headers: [
        ORIGIN,
        ['Access-Control-Request-Method', 'GET'],
        ['Access-Control-Request-Headers', 'authorization'],
      ],
    },
    expect: {
      status: 204,
      headers: {
        'Access-Control-Allow-Origin': 'https://app.test',
        'Access-Control-Allow-Headers': 'authorization',
      },
    },
  },
  {
    title: '[D3] a page of an allowed origin can read a refusal',
    app: 'cors',
    request: { headers: [ORIGIN] },
    expect: readable(refused('credential_missing')),
  },
  {
    title: '[D3] a page of an allowed origin can read a refusal that the error channel sends',
    app: 'corsThrown',
    request: { headers: [ORIGIN] },
    expect: readable(thrown(refused('credential_missing'))),
  },
  {
    title: '[D3] [E6] a response varies by what was there before, too',
    app: 'cors',
    request: { headers: [ORIGIN, ['Cookie', `__Host-access=${GOOD}`]] },
    expect: readable(
      passes({ carrier: 'cookie' }, { headers: { 'Cache-Control': 'no-store' } }),
      'Origin, Cookie',
    ),
  },
]
