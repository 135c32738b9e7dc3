import { createHash, generateKeyPairSync, type JsonWebKey, type KeyObject } from 'node:crypto'
import { usageError } from './exit.ts'

/** A public or private JWK (RFC 7517). */
export type Jwk = Readonly<Record<string, unknown>>

/** The public members by kind (RFC 7518 section 6, RFC 8037 section 2), in the order of a thumbprint (RFC 7638 section 3). */
const PUBLIC_MEMBERS: Readonly<Record<string, readonly (keyof JsonWebKey)[]>> = {
  EC: ['crv', 'kty', 'x', 'y'],
  OKP: ['crv', 'kty', 'x'],
  RSA: ['e', 'kty', 'n'],
}

const CURVE_ALGORITHMS: Readonly<Record<string, string>> = {
  'P-256': 'ES256',
  'P-384': 'ES384',
  'P-521': 'ES512',
  Ed25519: 'EdDSA',
}

const RSA_BITS = 3_072

/**
 * A fresh key pair, as JWKs.
 * @throws `CommandError` for an unknown algorithm
 */
export function newKeyPair(algorithm: string): { readonly publicJwk: Jwk; readonly privateJwk: Jwk } {
  const { publicKey, privateKey } = generate(algorithm)
  const publicJwk = publicJwkOf(publicKey, { alg: algorithm })
  return { publicJwk, privateJwk: { ...privateKey.export({ format: 'jwk' }), ...publicJwk } }
}

function generate(algorithm: string): { publicKey: KeyObject; privateKey: KeyObject } {
  switch (algorithm) {
    case 'ES256':
      return generateKeyPairSync('ec', { namedCurve: 'P-256' })
    case 'EdDSA':
      return generateKeyPairSync('ed25519')
    case 'RS256':
    case 'PS256':
      return generateKeyPairSync('rsa', { modulusLength: RSA_BITS })
    default:
      throw usageError('--algorithm must be ES256, EdDSA, RS256 or PS256')
  }
}

/**
 * A key as an entry of a key set: only its public members, its name, its use, and its algorithm if that is known.
 * @throws `CommandError` for a key that cannot verify tokens
 */
export function publicJwkOf(key: KeyObject, named: { readonly kid?: string; readonly alg?: string }): Jwk {
  const jwk = key.export({ format: 'jwk' })
  const alg = jwk.kty === 'RSA' ? named.alg : CURVE_ALGORITHMS[jwk.crv ?? '']
  if (jwk.kty !== 'RSA' && alg === undefined) {
    throw usageError('keys must be RSA, or use the curve P-256, P-384, P-521 or Ed25519')
  }
  const names = PUBLIC_MEMBERS[jwk.kty ?? ''] ?? []
  const members = Object.fromEntries(names.map((name) => [name, jwk[name]]))
  const thumbprint = createHash('sha256').update(JSON.stringify(members)).digest('base64url')
  return {
    ...members,
    kid: named.kid ?? thumbprint,
    use: 'sig',
    ...(alg === undefined ? undefined : { alg }),
  }
}
