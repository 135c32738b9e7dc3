import type { Idp } from '@countersign/idp'
import type { JsonWebKey } from 'node:crypto'
import type { Clock } from './api.ts'
import { fromForeignIssuer, signedWithPublicKey, tampered, unsigned } from './forgeries.ts'

/** A request, and what must come of it. */
export interface Case {
  readonly name: string
  readonly method?: 'GET' | 'POST'
  readonly path: string
  /** Made when the request is sent: some tokens are issued on the way. */
  readonly headers: () => Record<string, string>
  /** Status, and the code of the refusal where it is one. */
  readonly expected: string
  /** What happens to the world before. */
  readonly before?: () => Promise<void> | void
  /** And after. */
  readonly after?: () => Promise<void> | void
}

export const AUDIENCE = 'https://api.shop.example'
export const AUDIENCE_RS256 = 'https://api.shop.example/rs256'

const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` })
const cookie = (token: string): Record<string, string> => ({ cookie: `__Host-access=${token}` })

/** The rows of the demo, in order: later ones find the provider rotated, then down. */
export async function createCases(idp: Idp, clock: Clock): Promise<Case[]> {
  const token = await idp.accessToken({ resource: AUDIENCE, scope: 'orders:read orders:write' })
  const rs256 = await idp.accessToken({ resource: AUDIENCE_RS256, scope: 'orders:read' })
  const withoutScope = await idp.accessToken({ resource: AUDIENCE })
  const elsewhere = await idp.accessToken({ resource: 'https://other.example' })
  const publicKey = await publicKeyOf(idp)
  const ahead = (seconds: number) => (): void => {
    clock.ahead = seconds
  }
  let fromNewKey = ''
  let fromUnknownKey = ''

  return [
    { name: 'no token', path: '/me', headers: () => ({}), expected: '401 credential_missing' },
    { name: 'good token (ES256)', path: '/orders', headers: () => bearer(token), expected: '200' },
    { name: 'good token (RS256)', path: '/orders', headers: () => bearer(rs256), expected: '200' },
    { name: 'good token in a cookie', path: '/orders', headers: () => cookie(token), expected: '200' },
    {
      name: 'cookie, POST from our own page',
      method: 'POST',
      path: '/orders',
      headers: () => ({ ...cookie(token), origin: 'https://shop.example' }),
      expected: '201',
    },
    {
      name: 'cookie, POST from a foreign page',
      method: 'POST',
      path: '/orders',
      headers: () => ({ ...cookie(token), origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }),
      expected: '403 cross_site_rejected',
    },
    {
      name: 'missing scope',
      path: '/orders',
      headers: () => bearer(withoutScope),
      expected: '403 scope_insufficient',
    },
    { name: 'wrong audience', path: '/me', headers: () => bearer(elsewhere), expected: '401 claim_mismatch' },
    {
      name: 'expired',
      path: '/me',
      headers: () => bearer(token),
      expected: '401 token_expired',
      before: ahead(2 * 3_600),
      after: ahead(0),
    },
    {
      name: 'alg: none',
      path: '/me',
      headers: () => bearer(unsigned(token)),
      expected: '401 token_malformed',
    },
    {
      name: 'HS256, forged with the public key',
      path: '/me',
      headers: () => bearer(signedWithPublicKey(token, publicKey)),
      expected: '401 algorithm_not_allowed',
    },
    {
      name: 'tampered payload',
      path: '/me',
      headers: () => bearer(tampered(token)),
      expected: '401 signature_invalid',
    },
    {
      name: 'foreign issuer',
      path: '/me',
      headers: () => bearer(fromForeignIssuer(token)),
      expected: '401 claim_mismatch',
    },
    {
      name: 'key rotated at the provider',
      path: '/orders',
      headers: () => bearer(fromNewKey),
      expected: '200',
      async before() {
        await idp.rotate()
        fromNewKey = await idp.accessToken({ resource: AUDIENCE, scope: 'orders:read' })
        clock.ahead = 60 // unknown keys are asked for at most once in 30 seconds
      },
    },
    {
      name: 'provider down, known key',
      path: '/orders',
      headers: () => bearer(token),
      expected: '200',
      async before() {
        await idp.rotate()
        fromUnknownKey = await idp.accessToken({ resource: AUDIENCE, scope: 'orders:read' })
        await idp.stop()
        clock.ahead = 120
      },
    },
    {
      name: 'provider down for 20 minutes, known key',
      path: '/orders',
      headers: () => bearer(token),
      expected: '200',
      before: ahead(20 * 60),
    },
    {
      name: 'provider down, unknown key',
      path: '/orders',
      headers: () => bearer(fromUnknownKey),
      expected: '503 keys_unavailable',
    },
  ]
}

async function publicKeyOf(idp: Idp): Promise<JsonWebKey> {
  const { keys } = (await (await fetch(idp.jwksUri)).json()) as { keys: JsonWebKey[] }
  const key = keys.find((jwk) => jwk['alg'] === 'ES256')
  if (key === undefined) throw new Error('the provider publishes no ES256 key')
  return key
}
