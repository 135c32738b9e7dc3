import { ownMembers } from '../base/members.ts'

/** The part of a JWS algorithm that verification needs (RFC 7518 section 3, RFC 8037, RFC 9864). */
export interface AlgorithmTraits {
  readonly kty: 'oct' | 'RSA' | 'EC' | 'OKP'
  readonly crv?: 'P-256' | 'P-384' | 'P-521' | 'Ed25519' | undefined
  readonly hash?: 'sha256' | 'sha384' | 'sha512' | undefined
  readonly padding?: 'pkcs1' | 'pss' | undefined
  /** Length of a signature in bytes. For RSA the key decides it. */
  readonly signatureBytes?: number | undefined
}

/** All algorithms that can be allowed. `none` cannot be. */
export const ALGORITHMS = {
  RS256: { kty: 'RSA', hash: 'sha256', padding: 'pkcs1' },
  RS384: { kty: 'RSA', hash: 'sha384', padding: 'pkcs1' },
  RS512: { kty: 'RSA', hash: 'sha512', padding: 'pkcs1' },
  PS256: { kty: 'RSA', hash: 'sha256', padding: 'pss' },
  PS384: { kty: 'RSA', hash: 'sha384', padding: 'pss' },
  PS512: { kty: 'RSA', hash: 'sha512', padding: 'pss' },
  ES256: { kty: 'EC', crv: 'P-256', hash: 'sha256', signatureBytes: 64 },
  ES384: { kty: 'EC', crv: 'P-384', hash: 'sha384', signatureBytes: 96 },
  ES512: { kty: 'EC', crv: 'P-521', hash: 'sha512', signatureBytes: 132 },
  EdDSA: { kty: 'OKP', crv: 'Ed25519', signatureBytes: 64 },
  Ed25519: { kty: 'OKP', crv: 'Ed25519', signatureBytes: 64 },
  HS256: { kty: 'oct', hash: 'sha256', signatureBytes: 32 },
  HS384: { kty: 'oct', hash: 'sha384', signatureBytes: 48 },
  HS512: { kty: 'oct', hash: 'sha512', signatureBytes: 64 },
} as const

/** A JWS algorithm that can be allowed. */
export type Algorithm = keyof typeof ALGORITHMS

/** Own members only: `constructor` and `__proto__` are names an attacker may send. */
export function isAlgorithm(name: string): name is Algorithm {
  return Object.hasOwn(ALGORITHMS, name)
}

/**
 * Every member is present, possibly `undefined`: none can be read from `Object.prototype`, and engines see objects of
 * one shape.
 */
const TRAITS = Object.fromEntries(
  Object.entries(ALGORITHMS as Readonly<Record<string, AlgorithmTraits>>).map(([name, traits]) => {
    const { kty, crv, hash, padding, signatureBytes } = ownMembers(traits)
    return [name, Object.freeze({ kty, crv, hash, padding, signatureBytes })]
  }),
) as Readonly<Record<Algorithm, AlgorithmTraits>>

/** The traits of an algorithm, with one type. */
export function traitsOf(algorithm: Algorithm): AlgorithmTraits {
  return TRAITS[algorithm]
}

/** Whether the algorithm signs with a shared secret. */
export function isHmac(algorithm: Algorithm): boolean {
  return ALGORITHMS[algorithm].kty === 'oct'
}

/** Allowed by default: every asymmetric algorithm. A key still allows only its own. */
export const ASYMMETRIC: readonly Algorithm[] = Object.freeze(
  (Object.keys(ALGORITHMS) as Algorithm[]).filter((algorithm) => !isHmac(algorithm)),
)
