// What the operations of a store are given, and what they return. Times are whole milliseconds.
import type { NewSession, SessionRecord, SessionState } from './session-record.ts'

/**
 * - `grace`: the parent of the current refresh token is good for `grace` after the rotation, then it is theft.
 * - `untilUsed`: the parent is good until its successor is presented.
 * - `strict`: every token is good once. Tabs that race log their user out.
 */
export type RotationMode = 'grace' | 'untilUsed' | 'strict'

/** What an operation needs that may append to the revocation log. */
export interface Revoking {
  /**
   * How long verifiers need to know what the operation ended, in milliseconds: `revocationLifetime()` of the longest
   * access token. Entries of the log expire so long after the operation.
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
   * the subject's sessions were ended after it. `undefined`: no such check. Within one millisecond, the creation counts
   * as the later one.
   */
  readonly since: number | undefined
  /** How many live sessions (neither ended nor expired, of the current epoch) the subject may have, this one included. */
  readonly limit: number | undefined
  /** Over the limit: refuse the new session, or end the oldest (by `createdAt`, then `sid`) with reason `evicted`. */
  readonly overLimit: 'deny' | 'evict'
  /** A session that this one replaces: ended with reason `replaced` in the same operation, if it is of the same tag. */
  readonly replaces: string | undefined
}

/**
 * - `created`
 * - `endedSince`: the subject's epoch was raised after `since`.
 * - `providerEnded`: the identity provider ended its session, up to `PROVIDER_END_MEMORY` ago, or all sessions of its
 *   subject, after `since`.
 * - `limit`: the subject has as many sessions as it may have.
 */
export type CreationOutcome = 'created' | 'endedSince' | 'providerEnded' | 'limit'

/** Result of `createSession`. */
export interface CreateSessionResult {
  readonly now: number
  readonly outcome: CreationOutcome
  /** The row where the outcome is `created`. For any other outcome nothing was written, and nothing ended. */
  readonly session: SessionRecord | undefined
  /** The sids of the sessions that were evicted. */
  readonly evicted: readonly string[]
}

/** Result of `findSession`. */
export interface FoundSession {
  readonly now: number
  /** Also a tombstone, or an expired row that the store still has. */
  readonly session: SessionRecord | undefined
  /** The epoch of the subject with the tag of this sid; 0 if none was raised. */
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

/** Result of `rotate`. */
export interface RotateResult {
  readonly now: number
  readonly outcome: RotateOutcome
  /** The row after the operation; `undefined` if it is unknown. */
  readonly session: SessionRecord | undefined
}

/** Input of `changeSession`. */
export interface ChangeSessionInput extends Revoking {
  readonly sid: string
  /** The new data, JSON text. */
  readonly data: string
  /** The change is made only if the data are still of this version. `undefined`: of any. */
  readonly expectedVersion: number | undefined
}

/** `changed`, or why nothing was written. `conflict`: the data are of another version than expected. */
export type ChangeOutcome = 'changed' | 'conflict' | Exclude<SessionState, 'live'>

/** Result of `changeSession`. */
export interface ChangeSessionResult {
  readonly now: number
  readonly outcome: ChangeOutcome
  /** The row after the operation; `undefined` if it is unknown. */
  readonly session: SessionRecord | undefined
}

/** A subject whose sessions end, and how verifiers know it. */
export interface SubjectRevocation extends Revoking {
  readonly subjectTag: string
  /** How long the epoch is kept, in milliseconds: at least as long as the longest session. */
  readonly keepFor: number
  /** `iss` of the subject's access tokens. */
  readonly issuer: string
  /** The subject in the log: `subjectKey()`. The store has only its tag, which verifiers cannot compute. */
  readonly key: string
}

/** Input of `raiseEpoch`. */
export interface RaiseEpochInput extends SubjectRevocation {
  /**
   * A session that stays alive, if it is a live session of this tag: its row moves to the new epoch in the same
   * operation.
   */
  readonly exceptSid: string | undefined
  /**
   * What the log excepts, where `exceptSid` is of another tag of the same subject and was kept there. Sessions have two
   * tags while a secret is being replaced.
   */
  readonly keptElsewhere: string | undefined
}

/** Result of `raiseEpoch`. */
export interface RaiseEpochResult {
  readonly now: number
  /** The new epoch. */
  readonly epoch: number
  /** Whether `exceptSid` was a live session of this tag, and so lives on. */
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

/** Part of a list. */
export interface ListOptions {
  /** At most so many sessions, from 1 to 1000. */
  readonly limit: number
  /** Where to go on: `next` of the part before. `undefined`: at the beginning. */
  readonly after: string | undefined
}

/** Result of `listSessions`. */
export interface SessionList {
  readonly now: number
  readonly sessions: readonly SessionRecord[]
  /** What to give as `after` for the next part; `undefined`: there is none. */
  readonly next: string | undefined
}

/** Sessions by what the identity provider calls them: those of one of its sessions, or all of one of its subjects. */
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
  /** The sids of the sessions that were live until now, in no order. */
  readonly ended: readonly string[]
}

/** What a check of an access token needs to know. */
export interface SessionStatus {
  readonly now: number
  /** `unknown` if no session was asked for. */
  readonly state: SessionState
  /** The subject's epoch; 0 if none was raised. */
  readonly epoch: number
  /** The version of the session's data; 0 if the session is unknown. Tokens of an older one are stale. */
  readonly dataVersion: number
}
