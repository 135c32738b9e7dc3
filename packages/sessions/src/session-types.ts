import type { AuthenticatorOptions, RevocationCheck } from '@countersign/core'
import type { RouteHandler } from '@countersign/core/toolkit'
import type { PrivateClaims } from '@countersign/issuer'
import type { LivenessOptions } from './liveness.ts'
import type { SessionAccess, SessionTokens } from './mint.ts'
import type { SessionRouteOptions } from './routes/route-options.ts'
import type { SessionInfo } from './session-info.ts'
import type { NoRefreshToken } from './token/refresh-token.ts'
import type { VerificationOptions } from './verification.ts'

/** A user, within a tenant where there are several. */
export interface SubjectInput {
  readonly subject: string
  /** Default: none. */
  readonly tenant?: string | undefined
}

/** Who signed in, and how. */
export interface StartInput extends SubjectInput {
  /** The client that the tokens are for. Default: the option `clientId`. */
  readonly clientId?: string | undefined
  /** Default none. */
  readonly scope?: readonly string[] | undefined
  /** Default none. */
  readonly roles?: readonly string[] | undefined
  /** Claims of the application's own. Default none. */
  readonly claims?: PrivateClaims | undefined
  /** When the user signed in, in milliseconds since the epoch. Default: now. */
  readonly authTime?: number | undefined
  /** How strongly (`acr`). Default: left out. */
  readonly acr?: string | undefined
  /** By what means (`amr`, RFC 8176). Default: left out. */
  readonly amr?: readonly string[] | undefined
  /** What the user is shown in the list of sessions. Default: nothing. */
  readonly device?: string | undefined
  readonly ip?: string | undefined
  /** Thumbprint of the key that the tokens are bound to (RFC 7638). Default: bearer tokens. */
  readonly keyThumbprint?: string | undefined
  /** The session that the browser had before: its refresh token, or the id of one of the same user. It ends. Default none. */
  readonly replaces?: string | undefined
}

/** Who presents a refresh token. */
export interface RefreshInput {
  /** Default: the option `clientId`. */
  readonly clientId?: string | undefined
  /** Thumbprint of the key that was proved. Default none. */
  readonly keyThumbprint?: string | undefined
  readonly ip?: string | undefined
}

/** Why a refresh was refused. For logs: to the client, all of them are one. */
export type RefreshRefusal = NoRefreshToken | 'unknown' | 'mismatch' | 'revoked' | 'expired' | 'reused'

/** What became of a refresh. */
export type RefreshResult =
  | {
      readonly type: 'refreshed'
      readonly outcome: 'rotated' | 'cooldown' | 'replayed' | 'ahead'
      readonly tokens: SessionTokens
    }
  | {
      readonly type: 'refused'
      readonly reason: RefreshRefusal
      /** Whether the session is over for sure, so that the client may forget its token. */
      readonly definitive: boolean
    }

/** The subject has as many sessions as it may, and `overLimit` is `deny`. */
export class SessionLimitError extends Error {
  constructor() {
    super('countersign: the user has as many sessions as maxSessions allows')
    this.name = 'SessionLimitError'
  }
}

/** Sessions with rotating refresh tokens. */
export interface Sessions {
  /** After the user proved who it is: a new session, its tokens, and the end of the one it replaces. @throws `SessionLimitError`, `StoreUnavailableError` */
  start(input: StartInput): Promise<SessionTokens>
  /**
   * New tokens for a refresh token. Repeating it, racing it, and losing its answer are all well within `grace`.
   * @throws `StoreUnavailableError`: the token is as good as before
   */
  refresh(refreshToken: string, input?: RefreshInput): Promise<RefreshResult>
  /**
   * Signs out: the session of this refresh token is over. Answers whether it was alive; asking again does no harm.
   * @throws `StoreUnavailableError`: the session is not over yet
   */
  end(refreshToken: string): Promise<boolean>
  /** Ends one session of a user, found by its id: "sign out that device". Answers whether there was one. */
  revoke(sessionId: string, owner: SubjectInput): Promise<boolean>
  /** Ends all sessions of a user, without looking for them: "sign out everywhere", "disable this user". */
  endAll(
    owner: SubjectInput & { /** One that stays. Default none. */ readonly except?: string | undefined },
  ): Promise<void>
  /** The sessions of a user that are alive, the newest first. */
  list(owner: SubjectInput): Promise<readonly SessionInfo[]>
  /**
   * An access token for a supporter to act as a user: with `act` (RFC 8693 section 4.1), without a refresh token, without
   * `auth_time` and `acr`, so that guards for fresh or strong authentication refuse it. It stands in the user's list of
   * sessions, and ends as those do.
   */
  impersonate(input: ImpersonationInput): Promise<Impersonation>
  /**
   * After a backup from the time `since` was restored: ends every session that began before it, since tokens that were
   * superseded or revoked in the meantime would be good again. Answers how many.
   */
  recover(input: { readonly since: Date }): Promise<number>
  /**
   * Values of `Set-Cookie` for what `start()` answered, where a login is none of the routes: the callback of an identity
   * provider, a hand-off from another server. Judge where such a request comes from yourself.
   * @throws `OptionError` without the option `origin`, `CookieTooLargeError`
   */
  cookies(tokens: SessionTokens): readonly string[]
  /** A check for core's `isRevoked`: access tokens of an ended session are refused. */
  liveness(options?: LivenessOptions): RevocationCheck
  /** What `jwtAuth()` needs to accept the tokens and cookies of these sessions: spread it into its options. */
  verification(options?: VerificationOptions): AuthenticatorOptions
  /** Login, refresh, logout and the list of sessions, for an adapter to serve. */
  routes(options: SessionRouteOptions): RouteHandler
  /** Renewal of expired cookies when a browser opens a page, for pages that a server renders: goes before `jwtAuth()`. */
  renewal(): RouteHandler
}

/** What a supporter gets. */
export type Impersonation = Pick<
  SessionAccess,
  'accessToken' | 'tokenId' | 'accessTokenExpiresAt' | 'session'
>

/** Who acts as whom. */
export interface ImpersonationInput extends SubjectInput {
  readonly actor: { readonly subject: string }
  /** The option `claims` can take some away, and adds none. Default none. */
  readonly scope?: readonly string[] | undefined
  /** The same holds for them. Default none. */
  readonly roles?: readonly string[] | undefined
  readonly claims?: PrivateClaims | undefined
  /** Seconds, at most 900. Default 300. */
  readonly expiresIn?: number | undefined
}
