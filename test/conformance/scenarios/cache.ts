import { base64url, splitToken } from '@countersign/forge'
import { eddsa, es256, NOW } from '../issuers.ts'
import { bearer, passes, refused, type Expectation } from '../row.ts'
import type { Scenario, Step } from './scenario.ts'

const good = es256.token({ sub: 'somebody', exp: NOW + 400 })
const { header, payload, signature } = splitToken(good)
const two: Readonly<Record<string, string>> = {
  a: es256.token({ sub: 'a' }),
  b: es256.token({ sub: 'b' }),
}
const send = (token: string, expect: Expectation): Step => ({ request: bearer(token), expect })
/** Lets a token in twice. From then on it is remembered. */
const acquaint = (token: string): Step[] => [send(token, passes()), send(token, passes())]

/** What was remembered of one token must not speak for another, nor longer than the token lives. */
export const cacheScenarios: readonly Scenario[] = [
  {
    title: '[B4] a token that shares its signature with a good one is not taken for it',
    publish: [es256.jwk],
    steps: [
      ...acquaint(good),
      send(
        `${header}.${base64url(es256.claims({ sub: 'admin' }))}.${signature}`,
        refused('signature_invalid'),
      ),
      send(
        `${base64url({ alg: 'ES256', kid: 'es256-1', x: 1 })}.${payload}.${signature}`,
        refused('signature_invalid'),
      ),
      send(good, passes({ subject: 'somebody' })),
    ],
  },
  {
    title: '[B4] two good tokens stay two principals',
    publish: [es256.jwk],
    // the same two tokens each time
    steps: ['a', 'b', 'a', 'b', 'a', 'b'].map((sub) => send(two[sub]!, passes({ subject: sub }))),
  },
  {
    title: '[A12] [V-7] a token that was good a moment ago expires all the same',
    publish: [es256.jwk],
    steps: [
      ...acquaint(good),
      { advance: 414 },
      send(good, passes()),
      { advance: 1 },
      send(good, refused('token_expired', { claim: 'exp' })),
    ],
  },
  {
    title: '[A12] a token that was good a moment ago falls with its key',
    publish: [es256.jwk],
    policy: { keyServer: { maxAge: 60, cooldown: 30 } },
    steps: [...acquaint(good), { publish: [eddsa.jwk] }, { advance: 61 }, send(good, refused('key_unknown'))],
  },
  {
    title: '[B3] [E2] another spelling of a token that was good a moment ago is refused',
    publish: [es256.jwk],
    steps: [
      ...acquaint(good),
      send(`${good}=`, refused('token_malformed')),
      send(`${header}.${payload}=.${signature}`, refused('token_malformed')),
    ],
  },
]
