/**
 * Why a session ended. `evicted`: a newer session exceeded the limit. `replaced`: by a new login. `recovered`: by
 * `recoverSessions()`. `provider`: the identity provider ended its session.
 */
export type EndReason = 'logout' | 'revoked' | 'reuse' | 'evicted' | 'replaced' | 'recovered' | 'provider'

/** The session at an identity provider from which our session was started. */
export interface ProviderSession {
  /** `iss` of the provider. */
  readonly issuer: string
  /** `sid` of the provider's session; `undefined` if the provider sends none. */
  readonly sid: string | undefined
  /** `sub` at the provider. It can differ from our subject. */
  readonly subject: string
}

/** A session to create. The store adds what depends on its clock and on the subject's epoch. */
export interface NewSession {
  /** `<subjectTag>.<random>`. The tag is the same for all sessions of a subject: a shard key, the Redis hash tag. */
  readonly sid: string
  /** SHA-256 of the session's secret, in base64url. */
  readonly secretHash: string
  readonly subject: string
  readonly tenant: string | undefined
  /** `iss` of its access tokens. Log entries contain it, so they affect only this issuer's tokens. */
  readonly issuer: string
  /** The client that the refresh token was issued to. */
  readonly clientId: string | undefined
  /** Thumbprint of the key that the refresh token is bound to (RFC 7638). */
  readonly jkt: string | undefined
  /** The identity provider's session, if the user signed in there. */
  readonly provider: ProviderSession | undefined
  /** The label that the user sees in a list of sessions. */
  readonly device: string | undefined
  readonly ip: string | undefined
  /** JSON text; opaque to the store. */
  readonly data: string
}

/**
 * A row. Times are milliseconds since the epoch on the store's clock. It contains no token, and nothing from which a
 * token could be made: of the session's secret it has only the hash.
 */
export interface SessionRecord extends NewSession {
  /** Generation of the current refresh token; 1 at the start. */
  readonly gen: number
  /** When that generation was created. */
  readonly rotatedAt: number
  /** Whether that generation was presented yet. Only `untilUsed` needs it. */
  readonly used: boolean
  /** The subject's epoch when the session began, or when a raise kept this session. */
  readonly epoch: number
  /** Version of `data`; 1 at the start, increased by one with each change. */
  readonly dataVersion: number
  readonly createdAt: number
  /** Milliseconds without a refresh after which the session expires. Stored with the session: it never changes. */
  readonly idleTimeout: number
  readonly idleExpiresAt: number
  readonly absoluteExpiresAt: number
  /** Set when the session ends: the row is then a tombstone. */
  readonly revokedAt: number | undefined
  readonly reason: EndReason | undefined
}

/** `live`, or why not. */
export type SessionState = 'live' | 'revoked' | 'expired' | 'unknown'
