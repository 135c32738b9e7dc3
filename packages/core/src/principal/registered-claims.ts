/** A JSON value, as claims contain them. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [member: string]: JsonValue }

/** The registered claims (RFC 7519 section 4.1, RFC 9068 section 2.2), as they are after the checks. */
export interface RegisteredClaims {
  readonly iss: string
  readonly sub: string
  readonly aud?: string | readonly string[]
  /** Seconds since the epoch. */
  readonly exp?: number
  /** Seconds since the epoch. */
  readonly nbf?: number
  /** Seconds since the epoch. */
  readonly iat?: number
  readonly jti?: string
}

/** Registered claims, and any other claims of the token, whose type must be checked before use. */
export interface JwtClaims extends RegisteredClaims {
  readonly [name: string]: JsonValue | undefined
}

/**
 * Declares the claims of an application once, for `req.auth` and the like, if no schema is given. Tokens are not
 * checked against it: prefer the option `claims`, which validates.
 *
 * @example
 * ```ts
 * declare module '@countersign/core' {
 *   interface Register { claims: { org: string } }
 * }
 * ```
 */
// eslint-disable-next-line typescript/no-empty-interface -- filled by declaration merging
export interface Register {}

/** The claims of a principal if no schema is given. */
export type DefaultClaims = Register extends { claims: infer Claims } ? RegisteredClaims & Claims : JwtClaims
