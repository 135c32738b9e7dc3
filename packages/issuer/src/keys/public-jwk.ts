import type { JWK } from 'jose'

/** The members of public keys, by kind (RFC 7518 section 6, RFC 8037 section 2). What is not named here never gets out. */
const PUBLIC_MEMBERS: Readonly<Record<string, readonly (keyof JWK)[]>> = {
  EC: ['kty', 'crv', 'x', 'y'],
  OKP: ['kty', 'crv', 'x'],
  RSA: ['kty', 'n', 'e'],
}

/**
 * The public half of a key, by a list of what is public: a private member that nobody thought of stays inside.
 * @throws `TypeError` for a kind of key that has no public half
 */
export function publicMembers(jwk: JWK): JWK {
  const members = PUBLIC_MEMBERS[jwk.kty ?? '']
  if (members === undefined) throw new TypeError('countersign: a key of this kind has no public half')
  return Object.fromEntries(members.map((name) => [name, jwk[name]])) as JWK
}

/** What a key set says about a key: its public half, its name, its use, its algorithm. */
export function publishedJwk({
  kid,
  algorithm,
  publicJwk,
}: {
  readonly kid: string
  readonly algorithm: string
  readonly publicJwk: JWK
}): JWK {
  return { ...publicMembers(publicJwk), kid, use: 'sig', alg: algorithm }
}
