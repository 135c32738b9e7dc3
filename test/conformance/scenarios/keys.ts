import { base64url, createSigner } from '@countersign/forge'
import { AUDIENCE, clock, es256, eddsa, NOW, stranger, unknown } from '../issuers.ts'
import { bearer, passes, refused, type Expectation } from '../row.ts'
import type { KeyServerState, Scenario, Step } from './scenario.ts'

/** Tokens that outlive every scenario. */
const exp = NOW + 1_000_000
const good = es256.token({ exp })
const next = createSigner({ kid: 'es256-2', now: clock.now })

const send = (token: string, expect: Expectation): Step => ({ request: bearer(token), expect })
const unavailable = (retryAfter: string) => refused('keys_unavailable', { retryAfter })
const unknownKey = refused('key_unknown')

/** Unknown names, each a new one. */
const stranded = (i: number) => bearer(unknown.token({ exp }, { kid: `random-${i}` }))

const failures: readonly Exclude<KeyServerState, 'up'>[] = [
  'down',
  'answers 500',
  'answers HTML',
  'answers no key set',
  'redirects',
  'answers too much',
  'never answers',
]

export const keyScenarios: readonly Scenario[] = [
  {
    title: '[V-14] keys are fetched once and then served from memory',
    publish: [es256.jwk],
    steps: [
      send(good, passes()),
      { times: 20, request: () => bearer(good), expect: passes() },
      { keyServerAsked: 1 },
    ],
  },
  {
    title: '[V-14] twenty first requests at once make one fetch',
    publish: [es256.jwk],
    steps: [{ times: 20, request: () => bearer(good), expect: passes() }, { keyServerAsked: 1 }],
  },
  {
    title: '[D9] [V-14] a flood of unknown keys makes one fetch a cooldown',
    publish: [es256.jwk],
    steps: [
      send(good, passes()),
      { advance: 30 },
      { times: 50, request: stranded, expect: unknownKey },
      { times: 50, request: (i) => stranded(i + 50), expect: unknownKey },
      { keyServerAsked: 2 },
      { advance: 29 },
      { times: 50, request: stranded, expect: unknownKey },
      { keyServerAsked: 2 },
      { advance: 1 },
      { times: 50, request: stranded, expect: unknownKey },
      { keyServerAsked: 3 },
    ],
  },
  {
    title: '[V-14] a new key is found by its first token',
    publish: [es256.jwk],
    steps: [
      send(good, passes()),
      { publish: [es256.jwk, next.jwk] },
      { advance: 30 },
      send(next.token({ exp }), passes()),
      { keyServerAsked: 2 },
    ],
  },
  {
    title: '[A11] a key that is withdrawn is refused after the next refresh',
    publish: [es256.jwk, eddsa.jwk],
    steps: [
      send(good, passes()),
      send(good, passes()), // remembered from now on, which must not help it
      { publish: [eddsa.jwk] },
      { advance: 601 },
      send(good, unknownKey),
      send(eddsa.token({ exp }), passes()),
    ],
  },
  {
    title: '[D8] [V-14] known keys keep serving while the key server is down, for as long as staleIfError',
    publish: [es256.jwk],
    steps: [
      send(good, passes()),
      { keyServer: 'down' },
      { advance: 601 },
      send(good, passes()),
      { advance: 3_598 },
      send(good, passes()),
    ],
  },
  {
    title: '[D8] [V-14] past staleIfError a good token is 503, never 401, until the key server is back',
    publish: [es256.jwk],
    steps: [
      send(good, passes()),
      { keyServer: 'down' },
      { advance: 601 },
      send(good, passes()),
      { advance: 3_599 },
      send(good, unavailable('2')),
      { keyServer: 'up' },
      { advance: 30 },
      send(good, passes()),
    ],
  },
  {
    title: '[D8] a bad token is 401 on known keys while the key server is down',
    publish: [es256.jwk],
    steps: [
      send(good, passes()),
      { keyServer: 'down' },
      { advance: 601 },
      send(stranger.token({ exp }), refused('signature_invalid')),
    ],
  },
  {
    title: '[D8] an unknown key while the key server is down is 503: it may be a new one',
    publish: [es256.jwk],
    steps: [
      send(good, passes()),
      { keyServer: 'down' },
      { advance: 30 },
      send(next.token({ exp }), unavailable('30')),
      send(good, passes()),
    ],
  },
  ...failures.map((state): Scenario => ({
    title: `[D8] [E5] [V-14] a key server that ${state === 'down' ? 'is down' : state} is 503, and a new try later works`,
    policy: { keyServer: { timeout: 0.2, maxBytes: 4_096 } },
    publish: [es256.jwk],
    steps: [
      { keyServer: state },
      send(good, unavailable('1')),
      { keyServer: 'up' },
      { advance: 1 },
      send(good, passes()),
    ],
  })),
  {
    title: '[A10] [V-5] a foreign issuer is refused before anything is fetched',
    publish: [es256.jwk],
    steps: [
      send(es256.token({ iss: 'https://attacker.test', exp }), refused('claim_mismatch', { claim: 'iss' })),
      send(es256.token({ iss: undefined, exp }), refused('claim_missing', { claim: 'iss' })),
      { keyServerAsked: 0 },
    ],
  },
  {
    title: '[V-2] [V-14] what is no token is refused before anything is fetched',
    publish: [es256.jwk],
    steps: [
      send('x.y.z', refused('token_malformed')),
      send(
        `${base64url({ alg: 'none' })}.${base64url({ aud: AUDIENCE })}.AA`,
        refused('algorithm_not_allowed'),
      ),
      { keyServerAsked: 0 },
    ],
  },
]
