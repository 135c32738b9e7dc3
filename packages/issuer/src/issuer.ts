import { randomUUID } from 'node:crypto'
import type { AuthenticatorOptions } from '@countersign/core'
import { OptionError, optionalFunction, type RouteHandler } from '@countersign/core/toolkit'
import type { IssuerAlgorithm } from './keys/algorithms.ts'
import { ringSource, secretSource, type KeyInfo, type PublicJwkSet } from './keys/key-source.ts'
import { readBasics, type IssuerOptions } from './options.ts'
import { issuerRoutes } from './routes/issuer-routes.ts'
import { serverMetadata, type ServerMetadata } from './routes/metadata.ts'
import { accessTokenClaims, type AccessTokenInput } from './token/access-token.ts'
import { assertPrivateClaims, type PrivateClaims } from './token/claims.ts'
import { createEncrypt, type Encrypt, type EncryptTo } from './token/encrypt.ts'
import { assertInput, audienceOf, optionalText, requiredText } from './token/input.ts'
import { sizeWarning } from './token/size.ts'

/** A token that was issued. */
export interface IssuedToken {
  readonly token: string
  /** `jti`. */
  readonly tokenId: string
  /** `exp`, in milliseconds since the epoch. */
  readonly expiresAt: number
}

/** How `sign()` signs. */
export interface SignOptions {
  /** Header `typ`: what kind of token it is, such as `invoice+jwt`. Never that of an access or refresh token. */
  readonly typ: string
  /** `aud`. */
  readonly audience: string | readonly string[]
  /** `sub`, if the token is about somebody. Default none. */
  readonly subject?: string | undefined
  /** Seconds, at most `maxExpiresIn`. Default: the issuer's `expiresIn`. */
  readonly expiresIn?: number | undefined
  /** Encrypts the token for its receiver. Default: signed only. */
  readonly encryptTo?: EncryptTo | undefined
}

const SIGN_NAMES = {
  typ: true,
  audience: true,
  subject: true,
  expiresIn: true,
  encryptTo: true,
} as const satisfies Record<keyof SignOptions, true>

/** What a hand-off token says. */
export interface HandOffInput {
  /** `sub`: the user who moves to the other server. */
  readonly subject: string
  /** `aud`: the one server that may take it. */
  readonly audience: string
  /** Claims of the application's own, such as a nonce that the other server gave the browser. Default none. */
  readonly claims?: PrivateClaims | undefined
}

const HAND_OFF_NAMES = {
  subject: true,
  audience: true,
  claims: true,
} as const satisfies Record<keyof HandOffInput, true>

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
   * @throws `OptionError` naming what is wrong with the input; `StoreUnavailableError` where no key can be had
   */
  accessToken(input: AccessTokenInput): Promise<IssuedToken>
  /** Signs claims for another server to rely on, under a type of their own. @throws as `accessToken` */
  sign(claims: PrivateClaims, options: SignOptions): Promise<IssuedToken>
  /**
   * A token that carries a user to another server: typ `hand-off+jwt`, one audience, 60 seconds, to be taken once
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
   * again. Another key signs from now on. Answers `false` where there is no such key.
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

const HAND_OFF_SECONDS = 60
/** Types that have a meaning, and a method, of their own. */
const RESERVED_TYPES: ReadonlySet<string> = new Set([
  'jwt',
  'at+jwt',
  'rt+jwt',
  'logout+jwt',
  'dpop+jwt',
  'hand-off+jwt',
])

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
  const basics = readBasics(options)
  const { issuer: iss } = options
  const now = optionalFunction(options, 'now') ?? Date.now
  const random = optionalFunction(options, 'random') ?? Math.random
  const encrypt = options.encryptTo && createEncrypt(options.encryptTo)
  const warnOfSize = sizeWarning(iss, basics.sizeWarning)
  const source =
    options.algorithm === 'HS256' ? secretSource(options) : ringSource(options, basics.maxExpiresIn, now)

  async function issue(
    claims: Record<string, unknown>,
    typ: string,
    seconds: number,
    wrap: Encrypt | undefined,
  ): Promise<IssuedToken> {
    const iat = Math.floor(now() / 1_000)
    const exp = iat + seconds
    const tokenId = randomUUID()
    const payload = { iss, ...claims, iat, exp, jti: tokenId }
    const signed = await source.sign(JSON.stringify(payload), typ)
    const token = wrap === undefined ? signed : await wrap(signed)
    warnOfSize(token, payload)
    return { token, tokenId, expiresAt: exp * 1_000 }
  }

  function lifetime(expiresIn: number | undefined): number {
    const seconds = expiresIn ?? basics.expiresIn
    if (!Number.isInteger(seconds) || seconds < 1 || seconds > basics.maxExpiresIn) {
      throw new OptionError(
        'expiresIn',
        `must be a whole number of seconds from 1 to maxExpiresIn, which is ${basics.maxExpiresIn}`,
      )
    }
    return seconds
  }

  return Object.freeze({
    issuer: iss,
    algorithm: source.algorithm,
    audience: options.audience,
    clientId: options.clientId,
    expiresIn: basics.expiresIn,
    maxExpiresIn: basics.maxExpiresIn,
    async accessToken(input: AccessTokenInput) {
      const claims = accessTokenClaims(input, options)
      const seconds = lifetime(input.expiresIn)
      return issue(claims, 'at+jwt', seconds - Math.floor(seconds * 0.05 * random()), encrypt)
    },
    async sign(claims: PrivateClaims, token: SignOptions) {
      assertPrivateClaims(claims)
      assertInput(token, SIGN_NAMES, 'typ')
      const { typ, audience, subject, expiresIn, encryptTo } = token
      assertType(typ)
      const registered = { sub: optionalText(subject, 'subject'), aud: audienceOf(audience) }
      return issue(
        { ...registered, ...claims },
        typ,
        lifetime(expiresIn),
        encryptTo && createEncrypt(encryptTo),
      )
    },
    async handOffToken(input: HandOffInput) {
      assertInput(input, HAND_OFF_NAMES, 'subject')
      const { subject, audience, claims } = input
      assertPrivateClaims(claims)
      if (typeof audience !== 'string')
        throw new OptionError('audience', 'must be the one server that may take the token')
      const registered = {
        sub: requiredText(subject, 'subject', 'say who moves'),
        aud: audienceOf(audience),
      }
      const seconds = Math.min(HAND_OFF_SECONDS, basics.maxExpiresIn)
      return issue({ ...registered, ...claims }, 'hand-off+jwt', seconds, undefined)
    },
    jwks: async () => (await source.publish()).set,
    keys: () => source.keys(),
    rotate: () => source.rotate(),
    retire: (kid: string) => source.retire(kid),
    metadata: () => serverMetadata(basics.issuer, iss, source.algorithm),
    routes: () => issuerRoutes(basics.issuer, iss, source),
    verification: () => ({ issuer: iss, ...source.verification }),
    ready: () => source.ready(),
  })
}

function assertType(typ: unknown): void {
  if (typeof typ !== 'string' || !/^[a-z0-9][a-z0-9.+-]{0,62}$/.test(typ)) {
    throw new OptionError(
      'typ',
      'is required: a lower-case media type without "application/", such as "invoice+jwt"',
    )
  }
  if (RESERVED_TYPES.has(typ))
    throw new OptionError('typ', `"${typ}" has a meaning of its own: choose another`)
}
