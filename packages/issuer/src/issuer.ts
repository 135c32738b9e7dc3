import type { AuthenticatorOptions } from '@countersign/core'
import type { RouteHandler } from '@countersign/core/toolkit'
import type { IssuerAlgorithm } from './keys/algorithms.ts'
import type { KeyInfo, PublicJwkSet } from './keys/published-keys.ts'
import { isSecretIssuer, readBasics, type IssuerOptions } from './options.ts'
import { issuerRoutes } from './routes/issuer-routes.ts'
import { serverMetadata, type ServerMetadata } from './routes/metadata.ts'
import { ringSource, secretSource } from './signing-source.ts'
import { issueAccessToken, type AccessTokenInput } from './token/access-token.ts'
import type { PrivateClaims } from './token/claims.ts'
import { handOff, type HandOffInput } from './token/hand-off.ts'
import { createIssue, type IssuedToken } from './token/issue.ts'
import { signClaims, type SignOptions } from './token/sign.ts'

/** Signs tokens, and publishes the keys that verify them. */
export interface Issuer {
  /** `iss`. */
  readonly issuer: string
  readonly algorithm: IssuerAlgorithm
  /** Default audience of access tokens. */
  readonly audience: string | readonly string[] | undefined
  /** Default `client_id` of access tokens. */
  readonly clientId: string | undefined
  /** Default lifetime of access tokens, in seconds. */
  readonly expiresIn: number
  /** Maximum lifetime of any token, in seconds. */
  readonly maxExpiresIn: number
  /**
   * Issues an access token in the profile of RFC 9068 (`typ: at+jwt`).
   * @throws `TypeError` naming the wrong part of the input; `StoreUnavailableError` if no key is available
   */
  accessToken(input: AccessTokenInput): Promise<IssuedToken>
  /** Signs claims for another server, with a token type of their own. @throws as `accessToken` */
  sign(claims: PrivateClaims, options: SignOptions): Promise<IssuedToken>
  /**
   * Issues a token that hands a user over to another server: typ `hand-off+jwt`, one audience, 60 seconds. The receiver
   * must accept it only once (`onceOnly()` of `@countersign/stores`). @throws as `accessToken`
   */
  handOffToken(input: HandOffInput): Promise<IssuedToken>
  /** The current key set: all keys except the removed ones. Empty with a shared secret. */
  jwks(): Promise<PublicJwkSet>
  /** All keys of the ring, the oldest first. */
  keys(): Promise<readonly KeyInfo[]>
  /** Publishes the next key early, unless there is one already. It signs after the lead. */
  rotate(): Promise<KeyInfo>
  /**
   * Removes a key at once, for example because it leaked. Verifiers reject its tokens as soon as they fetch the key set
   * again. Another key signs from now on. Returns `false` if there is no such key.
   */
  retire(kid: string): Promise<boolean>
  /** Metadata of the server (RFC 8414 section 2). */
  metadata(): ServerMetadata
  /** The key set and the metadata, for an adapter to serve. */
  routes(): RouteHandler
  /** Options for `jwtAuth()` to verify these tokens in this process, without a fetch. Spread them into its options. */
  verification(): Pick<AuthenticatorOptions, 'issuer' | 'secret' | 'key' | 'algorithms'>
  /** Reads the keys, or makes the first one. Rejects if the store is down. */
  ready(): Promise<void>
}

/**
 * Creates an issuer. With a `store`, its keys rotate by themselves: any replica publishes a key before it signs, and keeps
 * it published until its last token has expired. With `algorithm: 'HS256'` and a `secret`, it is for one server that
 * verifies its own tokens.
 *
 * @throws `OptionError` naming the option and the remedy
 * @example
 * ```ts
 * const issuer = createIssuer({ issuer: 'https://auth.example.com', store: fileKeyStore('./keys', { passphrase }) })
 * const { token } = await issuer.accessToken({
 *   subject: user.id,
 *   audience: 'https://api.example.com',
 *   clientId: 'web',
 *   scope: ['orders:read'],
 * })
 * ```
 */
export function createIssuer(options: IssuerOptions): Issuer {
  const { token: policy, url, now, random } = readBasics(options)
  const { issuer: iss } = options
  const source = isSecretIssuer(options)
    ? secretSource(options)
    : ringSource(iss, options, policy.maxExpiresIn, now)
  const issue = createIssue(iss, policy, source.sign, now)
  return Object.freeze<Issuer>({
    issuer: iss,
    algorithm: source.algorithm,
    audience: policy.audience,
    clientId: policy.clientId,
    expiresIn: policy.expiresIn,
    maxExpiresIn: policy.maxExpiresIn,
    accessToken: (input) => issueAccessToken(issue, policy, random, input),
    sign: (claims, given) => signClaims(issue, policy, claims, given),
    handOffToken: (input) => handOff(issue, policy, input),
    jwks: async () => (await source.publish()).set,
    keys: () => source.keys(),
    rotate: () => source.rotate(),
    retire: (kid) => source.retire(kid),
    metadata: () => serverMetadata(url, iss, source.algorithm),
    routes: () => issuerRoutes(url, iss, source),
    verification: () => ({ issuer: iss, ...source.verification }),
    ready: () => source.ready(),
  })
}
