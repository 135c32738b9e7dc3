import type { JWK } from 'jose'

/** The members of public keys, by kind (RFC 7518 section 6, RFC 8037 section 2). Other members are never published. */
const PUBLIC_MEMBERS: Readonly<Record<string, readonly (keyof JWK)[]>> = {
  EC: ['kty', 'crv', 'x', 'y'],
  OKP: ['kty', 'crv', 'x'],
  RSA: ['kty', 'n', 'e'],
}

/**
 * The public half of a key. It contains only listed members, so an unknown private member is never published.
 * @throws `TypeError` for a kind of key that has no public half
 */
export function publicMembers(jwk: JWK): JWK {
  const members = PUBLIC_MEMBERS[jwk.kty ?? '']
  if (members === undefined) throw new TypeError('countersign: a key of this kind has no public half')
  return Object.fromEntries(members.map((name) => [name, jwk[name]])) as JWK
}

/** A key as an entry of a key set: its public half, its name, its use, its algorithm. */
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
