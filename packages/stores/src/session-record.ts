/**
 * Why a session ended. `evicted`: by a newer one over the limit. `replaced`: by a new login. `recovered`: by
 * `recoverSessions()`. `provider`: the identity provider ended its session.
 */
export type EndReason = 'logout' | 'revoked' | 'reuse' | 'evicted' | 'replaced' | 'recovered' | 'provider'

/** The session at an identity provider that a session of ours was started from. */
export interface ProviderSession {
  /** `iss` of the provider. */
  readonly issuer: string
  /** `sid` of the provider's session; `undefined` where the provider has none. */
  readonly sid: string | undefined
  /** `sub` at the provider, which need not be our subject. */
  readonly subject: string
}

/** A session to be. The store adds what depends on its clock and on the subject's epoch. */
export interface NewSession {
  /** `<subjectTag>.<random>`. The tag is the same for all sessions of a subject: a shard key, the Redis hash tag. */
  readonly sid: string
  /** SHA-256 of the session's secret, in base64url. */
  readonly secretHash: string
  readonly subject: string
  readonly tenant: string | undefined
  /** `iss` of its access tokens. The log names it, so that verifiers of this issuer's tokens are concerned alone. */
  readonly issuer: string
  /** The client that the refresh token was issued to. */
  readonly clientId: string | undefined
  /** Thumbprint of the key that the refresh token is bound to (RFC 7638). */
  readonly jkt: string | undefined
  /** Where the user signed in, if at an identity provider. */
  readonly provider: ProviderSession | undefined
  /** What the user is shown in a list of sessions. */
  readonly device: string | undefined
  readonly ip: string | undefined
  /** JSON text; opaque to the store. */
  readonly data: string
}

/**
 * A row. Times are milliseconds since the epoch on the store's clock. No token is in it, and nothing from which one
 * could be made: the session's secret is there as its hash.
 */
export interface SessionRecord extends NewSession {
  /** Generation of the current refresh token; 1 at the start. */
  readonly gen: number
  /** When that generation was made. */
  readonly rotatedAt: number
  /** Whether that generation was presented yet. Only `untilUsed` asks. */
  readonly used: boolean
  /** The subject's epoch when the session began, or when it was the one that a raise excepted. */
  readonly epoch: number
  /** Version of `data`; 1 at the start, and one more with each change. */
  readonly dataVersion: number
  readonly createdAt: number
  /** Milliseconds without a refresh after which the session is over. It is the session's own: it never changes. */
  readonly idleTimeout: number
  readonly idleExpiresAt: number
  readonly absoluteExpiresAt: number
  /** Set once the session ended: the row is a tombstone. */
  readonly revokedAt: number | undefined
  readonly reason: EndReason | undefined
}

/** `live`, or why not. */
export type SessionState = 'live' | 'revoked' | 'expired' | 'unknown'
