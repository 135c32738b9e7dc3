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
  /** Seconds that access tokens live, where nothing else is asked for. */
  readonly expiresIn: number
  /** Seconds that any token may live. */
  readonly maxExpiresIn: number
  /**
   * An access token in the profile of RFC 9068 (`typ: at+jwt`).
   * @throws `TypeError` naming what is wrong with the input; `StoreUnavailableError` where no key can be had
   */
  accessToken(input: AccessTokenInput): Promise<IssuedToken>
  /** Signs claims for another server to rely on, under a type of their own. @throws as `accessToken` */
  sign(claims: PrivateClaims, options: SignOptions): Promise<IssuedToken>
  /**
   * A token that carries a user to another server: typ `hand-off+jwt`, one audience, 60 seconds, to be accepted once
   * (`onceOnly()` of `@countersign/stores`). @throws as `accessToken`
   */
  handOffToken(input: HandOffInput): Promise<IssuedToken>
  /** The key set at this moment: every key but the removed. Empty with a shared secret. */
  jwks(): Promise<PublicJwkSet>
  /** All keys of the ring, the oldest first. */
  keys(): Promise<readonly KeyInfo[]>
  /** Publishes the next key ahead of its time, unless one waits already; it signs after the lead. */
  rotate(): Promise<KeyInfo>
  /**
   * Takes a key out at once, because it may have leaked: its tokens are refused as soon as verifiers fetch the key set
   * again. Another key signs from now on. Returns `false` where there is no such key.
   */
  retire(kid: string): Promise<boolean>
  /** Metadata of the server (RFC 8414 section 2). */
  metadata(): ServerMetadata
  /** The key set and the metadata, for an adapter to serve. */
  routes(): RouteHandler
  /** What `jwtAuth()` needs to verify these tokens in this process, without fetching: spread it into its options. */
  verification(): Pick<AuthenticatorOptions, 'issuer' | 'secret' | 'key' | 'algorithms'>
  /** Reads the keys, or makes the first. Rejects where the store is down. */
  ready(): Promise<void>
}

/**
 * An issuer. With a `store`, its keys rotate by themselves: published ahead, retired late, by any of many replicas.
 * With `algorithm: 'HS256'` and a `secret` it is for one server that verifies its own tokens.
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
