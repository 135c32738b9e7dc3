/**
 * - `grace`: the parent of the current refresh token is good for `grace` after the rotation, then it is theft.
 * - `untilUsed`: the parent is good until its successor is presented.
 * - `strict`: every token is good once. Tabs that race log their user out.
 */
export type RotationMode = 'grace' | 'untilUsed' | 'strict'

/** Why a session ended. `evicted`: by a newer one over the limit. `replaced`: by a new login. `recovered`: by `recover()`. */
export type EndReason = 'logout' | 'revoked' | 'reuse' | 'evicted' | 'replaced' | 'recovered'

/**
 * A row. Times are milliseconds since the epoch on the store's clock. No token is in it, and nothing from which one
 * could be made: the session's secret is there as its hash.
 */
export interface SessionRecord {
  /** `<subjectTag>.<random>`. The tag is the same for all sessions of a subject: a shard key, the Redis hash tag. */
  readonly sid: string
  /** SHA-256 of the session's secret, in base64url. */
  readonly secretHash: string
  readonly subject: string
  readonly tenant: string | undefined
  /** The client that the refresh token was issued to. */
  readonly clientId: string | undefined
  /** Thumbprint of the key that the refresh token is bound to (RFC 7638). */
  readonly jkt: string | undefined
  /** Generation of the current refresh token; 1 at the start. */
  readonly gen: number
  /** When that generation was made. */
  readonly rotatedAt: number
  /** Whether that generation was presented yet. Only `untilUsed` asks. */
  readonly used: boolean
  /** The subject's epoch when the session began. */
  readonly epoch: number
  readonly createdAt: number
  readonly idleExpiresAt: number
  readonly absoluteExpiresAt: number
  /** Set once the session ended: the row is a tombstone. */
  readonly revokedAt: number | undefined
  readonly reason: EndReason | undefined
  /** What the user is shown in a list of sessions. */
  readonly device: string | undefined
  readonly ip: string | undefined
  /** JSON text; opaque to the store. */
  readonly data: string
}

/** A session to be. The store adds what depends on its clock and on the subject's epoch. */
export interface NewSession {
  readonly sid: string
  readonly secretHash: string
  readonly subject: string
  readonly tenant: string | undefined
  readonly clientId: string | undefined
  readonly jkt: string | undefined
  readonly device: string | undefined
  readonly ip: string | undefined
  readonly data: string
}

/** What `createSession` is asked. */
export interface CreateSessionInput {
  readonly session: NewSession
  /** Whole milliseconds, as all times are. */
  readonly idleTimeout: number
  /** Milliseconds. */
  readonly absoluteTimeout: number
  /** How many live sessions (neither ended nor expired, of the current epoch) the subject may have, this one included. */
  readonly limit: number | undefined
  /** Over the limit: refuse the new session, or end the oldest (by `createdAt`, then `sid`) with reason `evicted`. */
  readonly overLimit: 'deny' | 'evict'
  /** A session that this one takes the place of: ended with reason `replaced` in the same operation, if it is of the same tag. */
  readonly replaces: string | undefined
}

/** What `createSession` answers. */
export interface CreateSessionResult {
  readonly now: number
  /** `undefined` where the limit denied it; then nothing was written. */
  readonly session: SessionRecord | undefined
  /** The sids of the sessions that were evicted. */
  readonly evicted: readonly string[]
}

/** A refresh token that was presented. */
export interface RotateInput {
  readonly sid: string
  readonly gen: number
  readonly secretHash: string
  readonly clientId: string | undefined
  readonly jkt: string | undefined
  readonly mode: RotationMode
  /** Milliseconds; 0 in `strict`. */
  readonly cooldown: number
  /** Milliseconds; 0 in `strict`. */
  readonly grace: number
  /** Milliseconds. */
  readonly idleTimeout: number
  /** Kept with the session when it rotates, if given. */
  readonly ip: string | undefined
}

/**
 * What became of it. Good: `rotated`, `cooldown`, `replayed`, `ahead`. Refused: the rest; of these, `mismatch` wrote
 * nothing, and `reused` ended the session.
 */
export type RotateOutcome =
  | 'unknown'
  | 'mismatch'
  | 'revoked'
  | 'expired'
  | 'cooldown'
  | 'rotated'
  | 'replayed'
  | 'ahead'
  | 'reused'

/** What `rotate` answers. */
export interface RotateResult {
  readonly now: number
  readonly outcome: RotateOutcome
  /** The row after the operation; `undefined` where it is unknown. */
  readonly session: SessionRecord | undefined
}

/** `live`, or why not. */
export type SessionState = 'live' | 'revoked' | 'expired' | 'unknown'

/** What a check of an access token needs to know. */
export interface SessionStatus {
  readonly now: number
  /** `unknown` where no session was asked for. */
  readonly state: SessionState
  /** The subject's epoch; 0 where none was raised. */
  readonly epoch: number
}

/**
 * Keeps sessions and the epochs of subjects. Texts are well-formed Unicode without U+0000, which callers see to, and
 * come back as they were given. Every method is one atomic operation on the store's clock and one round
 * trip, and throws `StoreUnavailableError` where the store cannot be reached. Nothing but `createSession` creates a
 * row; `rotate` and `endSession` change live rows only, so nothing brings an ended session back.
 */
export interface SessionStore {
  /** Whether a write that was answered can be lost (asynchronous replication). Then `rotate` may adopt `gen + 1`. */
  readonly mayLoseWrites: boolean
  /**
   * Writes a new session, and ends those that it replaces or that the limit evicts, as `decideCreation` says.
   * @throws `Error` where the sid exists already, ended or not: a row is never written over
   */
  createSession(input: CreateSessionInput): Promise<CreateSessionResult>
  /** Judges a refresh token as `decideRotation` says, and writes what follows from it, in one operation. */
  rotate(input: RotateInput): Promise<RotateResult>
  /**
   * Ends a session: its row becomes a tombstone until its absolute expiry.
   * @returns whether it was live until now
   */
  endSession(sid: string, reason: EndReason): Promise<boolean>
  /**
   * Raises the subject's epoch to max(previous + 1, the store's clock): all of its sessions are over, whether an index
   * finds them or not. The epoch is kept for `keepFor` milliseconds, at least as long as the longest session; a raise
   * never shortens how long an earlier one is kept.
   * @param exceptSid a session that stays alive: its row moves to the new epoch in the same operation, if it is a live
   * session of this subject
   * @returns the new epoch
   */
  raiseEpoch(subjectTag: string, keepFor: number, exceptSid?: string): Promise<number>
  /** The live sessions of a subject, the newest first. For people to look at: it may use an index. */
  listSessions(
    subjectTag: string,
  ): Promise<{ readonly now: number; readonly sessions: readonly SessionRecord[] }>
  /** Whether a session of this subject is live, and the epoch. `sid` undefined: only the epoch. */
  checkSession(subjectTag: string, sid: string | undefined): Promise<SessionStatus>
  /**
   * After a backup from the time `since` (milliseconds) was restored: ends every session that was created at or before
   * it, with reason `recovered`. What was rotated or ended after the backup is not known any more, so a token that was
   * stolen and superseded since then would look like the current one. Live sessions alone are written.
   * @returns how many were ended
   */
  recoverSessions(since: number): Promise<number>
  /**
   * Deletes at most `limit` rows that nobody needs any more: sessions past their absolute expiry (tombstones stay until
   * then), live ones past their idle expiry, epochs past their time, ids of one-time use past theirs.
   * @returns how many were deleted; 0 where the server expires rows by itself
   */
  prune(limit: number): Promise<number>
}
