/** Algorithms that a key ring signs with (RFC 7518 section 3, RFC 8037). */
export type SigningAlgorithm = 'ES256' | 'EdDSA' | 'RS256' | 'PS256'

/** The same, and HMAC for issuers that verify their tokens themselves. */
export type IssuerAlgorithm = SigningAlgorithm | 'HS256'

/** All of them, the default first. */
export const SIGNING_ALGORITHMS: readonly SigningAlgorithm[] = Object.freeze([
  'ES256',
  'EdDSA',
  'RS256',
  'PS256',
])

/** Bytes of a signature, where the algorithm alone decides. */
export const SIGNATURE_BYTES: Readonly<Record<SigningAlgorithm, number | undefined>> = Object.freeze({
  ES256: 64,
  EdDSA: 64,
  RS256: undefined,
  PS256: undefined,
})
