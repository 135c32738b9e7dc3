/** Algorithms of key rings (RFC 7518 section 3, RFC 8037). */
export type SigningAlgorithm = 'ES256' | 'EdDSA' | 'RS256' | 'PS256'

/** The same, and HMAC for issuers that verify their own tokens. */
export type IssuerAlgorithm = SigningAlgorithm | 'HS256'

/** All of them, the default first. */
export const SIGNING_ALGORITHMS: readonly SigningAlgorithm[] = Object.freeze([
  'ES256',
  'EdDSA',
  'RS256',
  'PS256',
])

/** Length of a signature in bytes, if it depends on the algorithm only. */
export const SIGNATURE_BYTES: Readonly<Record<SigningAlgorithm, number | undefined>> = Object.freeze({
  ES256: 64,
  EdDSA: 64,
  RS256: undefined,
  PS256: undefined,
})
