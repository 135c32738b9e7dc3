// Inputs and results of a store's operations. Times are whole milliseconds.
import type { NewSession, SessionRecord, SessionState } from './session-record.ts'

/**
 * - `grace`: the previous refresh token is accepted for `grace` after the rotation; later use is theft.
 * - `untilUsed`: the previous token is accepted until its successor is presented.
 * - `strict`: every token is accepted once. Two tabs that refresh at once log their user out.
 */
export type RotationMode = 'grace' | 'untilUsed' | 'strict'

/** Input of operations that may append to the revocation log. */
export interface Revoking {
  /**
   * How long verifiers need to know of the revocation, in milliseconds: `revocationLifetime()` of the longest access
   * token. Log entries expire this long after the operation.
   */
  readonly revokeFor: number
}

/** Input of `createSession`. */
export interface CreateSessionInput extends Revoking {
  readonly session: NewSession
  readonly idleTimeout: number
  readonly absoluteTimeout: number
  /**
   * The store's time before the credentials were checked, as `now()` returned it. The session is not created if all of
   * the subject's sessions were ended after this time. `undefined`: no such check. If both happened within one
   * millisecond, the creation counts as the later one.
   */
  readonly since: number | undefined
  /**
   * The maximum number of live sessions of the subject (not ended, not expired, of the current epoch), including this
   * one.
   */
  readonly limit: number | undefined
  /** Over the limit: reject the new session, or end the oldest (by `createdAt`, then `sid`) with reason `evicted`. */
  readonly overLimit: 'deny' | 'evict'
  /** A session that this one replaces. If it has the same tag, it ends with reason `replaced` in the same operation. */
  readonly replaces: string | undefined
}

/**
 * - `created`
 * - `endedSince`: the subject's epoch was raised after `since`.
 * - `providerEnded`: the identity provider ended its session, up to `PROVIDER_END_MEMORY` ago, or all sessions of its
 * subject, after `since`.
 * - `limit`: the subject already has the maximum number of sessions.
 */
export type CreationOutcome = 'created' | 'endedSince' | 'providerEnded' | 'limit'

/** Result of `createSession`. */
export interface CreateSessionResult {
  readonly now: number
  readonly outcome: CreationOutcome
  /** The row if the outcome is `created`. For any other outcome nothing was written, and no session ended. */
  readonly session: SessionRecord | undefined
  /** The sids of the sessions that were evicted. */
  readonly evicted: readonly string[]
}

/** Result of `findSession`. */
export interface FoundSession {
  readonly now: number
  /** May also be a tombstone, or an expired row that the store still has. */
  readonly session: SessionRecord | undefined
  /** The epoch of the subject with the tag of this sid; 0 if it was never raised. */
  readonly epoch: number
}

/** A refresh token that was presented: input of `rotate`. */
export interface RotateInput extends Revoking {
  readonly sid: string
  readonly gen: number
  readonly secretHash: string
  readonly clientId: string | undefined
  readonly jkt: string | undefined
  readonly mode: RotationMode
  /** 0 in `strict`. */
  readonly cooldown: number
  /** 0 in `strict`. */
  readonly grace: number
  /** Stored with the session when it rotates, if given. */
  readonly ip: string | undefined
}

/**
 * The outcome. Accepted: `rotated`, `cooldown`, `replayed`, `ahead`. Rejected: all others. `mismatch` wrote nothing,
 * and `reused` ended the session.
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

/** Result of `rotate`. */
export interface RotateResult {
  readonly now: number
  readonly outcome: RotateOutcome
  /** The row after the operation; `undefined` if the session is unknown. */
  readonly session: SessionRecord | undefined
}

/** Input of `changeSession`. */
export interface ChangeSessionInput extends Revoking {
  readonly sid: string
  /** The new data, JSON text. */
  readonly data: string
  /** The change is made only if the data still have this version. `undefined`: any version. */
  readonly expectedVersion: number | undefined
}

/** `changed`, or why nothing was written. `conflict`: the version of the data is not the expected one. */
export type ChangeOutcome = 'changed' | 'conflict' | Exclude<SessionState, 'live'>

/** Result of `changeSession`. */
export interface ChangeSessionResult {
  readonly now: number
  readonly outcome: ChangeOutcome
  /** The row after the operation; `undefined` if the session is unknown. */
  readonly session: SessionRecord | undefined
}

/** A subject whose sessions end, and its name in the log. */
export interface SubjectRevocation extends Revoking {
  readonly subjectTag: string
  /** How long the store keeps the epoch, in milliseconds: at least as long as the longest session. */
  readonly keepFor: number
  /** `iss` of the subject's access tokens. */
  readonly issuer: string
  /** The subject's key in the log, from `subjectKey()`. The store has only its tag, which verifiers cannot compute. */
  readonly key: string
}

/** Input of `raiseEpoch`. */
export interface RaiseEpochInput extends SubjectRevocation {
  /**
   * A session that stays alive, if it is a live session with this tag: its row moves to the new epoch in the same
   * operation.
   */
  readonly exceptSid: string | undefined
  /**
   * The exception in the log, if `exceptSid` has another tag of the same subject and was kept there. Subjects have two
   * tags while a secret is being replaced.
   */
  readonly keptElsewhere: string | undefined
}

/** Result of `raiseEpoch`. */
export interface RaiseEpochResult {
  readonly now: number
  /** The new epoch. */
  readonly epoch: number
  /** Whether `exceptSid` was a live session with this tag, and so stays alive. */
  readonly kept: boolean
}

/** Result of `eraseSubject`. */
export interface EraseSubjectResult {
  readonly now: number
  /** The new epoch. */
  readonly epoch: number
  /** The sids of all rows that were deleted, live or not. */
  readonly erased: readonly string[]
}

/** Options for one page of a list. */
export interface ListOptions {
  /** The maximum number of sessions, from 1 to 1000. */
  readonly limit: number
  /** `next` of the previous page. `undefined`: start at the beginning. */
  readonly after: string | undefined
}

/** Result of `listSessions`. */
export interface SessionList {
  readonly now: number
  readonly sessions: readonly SessionRecord[]
  /** Pass it as `after` for the next page; `undefined`: this is the last page. */
  readonly next: string | undefined
}

/** Finds sessions by the identity provider's names: those of one of its sessions, or all of one of its subjects. */
export type ProviderQuery =
  | { readonly issuer: string; readonly sid: string }
  | { readonly issuer: string; readonly subject: string; readonly sid?: undefined }

/** Result of `sessionsOf`. */
export interface ProviderSessions {
  readonly now: number
  readonly sessions: readonly SessionRecord[]
}

/** Result of `endProviderSessions`. */
export interface EndedProviderSessions {
  readonly now: number
  /** The sids of the sessions that were live until now, in any order. */
  readonly ended: readonly string[]
}

/** What the check of an access token needs to know. */
export interface SessionStatus {
  readonly now: number
  /** `unknown` if no `sid` was given. */
  readonly state: SessionState
  /** The subject's epoch; 0 if it was never raised. */
  readonly epoch: number
  /** The version of the session's data; 0 if the session is unknown. Tokens with an older version are stale. */
  readonly dataVersion: number
}
