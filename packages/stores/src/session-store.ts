import type {
  ChangeSessionInput,
  ChangeSessionResult,
  CreateSessionInput,
  CreateSessionResult,
  EndedProviderSessions,
  EraseSubjectResult,
  FoundSession,
  ListOptions,
  ProviderQuery,
  ProviderSessions,
  RaiseEpochInput,
  RaiseEpochResult,
  RotateInput,
  RotateResult,
  SessionList,
  SessionStatus,
  SubjectRevocation,
} from './session-operations.ts'
import type { EndReason } from './session-record.ts'

/** How long a store remembers that an identity provider ended a session, in milliseconds: 10 minutes. */
export const PROVIDER_END_MEMORY = 600_000

/**
 * Keeps sessions and the epochs of subjects. Texts are well-formed Unicode without U+0000 (callers ensure this), and
 * the store returns them unchanged.
 *
 * Every method is one atomic operation on the store's clock and one round trip, unless it says otherwise. It throws
 * `StoreUnavailableError` if the store cannot be reached or does not respond in time.
 *
 * **An operation that was given up never takes effect later.** An operation that writes carries a deadline on the
 * store's clock; a store that hung and resumes rejects it. `createDeadlines` sets and compares deadlines. A store that
 * does its work in the caller's own process (memory, SQLite) needs no deadline: it starts nothing after its time is
 * over.
 *
 * **Nothing brings an ended session back.** Only `createSession` creates a row; all other methods change live rows
 * only.
 *
 * **No session ends without its log entry.** Every method that ends a session, raises an epoch or changes data also
 * appends to the revocation log in the same operation, as `sessionRevocation`, `dataRevocation` and `subjectRevocation`
 * define.
 */
export interface SessionStore {
  /** Whether a confirmed write can be lost (asynchronous replication). If so, `rotate` may adopt `gen + 1`. */
  readonly mayLoseWrites: boolean
  /** The store's time, in milliseconds since the epoch. */
  now(): Promise<number>
  /**
   * Writes a new session, and ends those that it replaces or that the limit evicts, as `decideCreation` defines.
   * @throws `Error` if the sid already exists, ended or not: a row is never overwritten
   */
  createSession(input: CreateSessionInput): Promise<CreateSessionResult>
  /** The row of a session, in any state, and the epoch of its subject. Writes nothing. */
  findSession(sid: string): Promise<FoundSession>
  /** Validates a refresh token as `decideRotation` defines, and writes the changes, in one operation. */
  rotate(input: RotateInput): Promise<RotateResult>
  /**
   * Replaces the data of a live session and increases their version by one, as `decideChange` defines. The log entry
   * makes tokens of older versions stale.
   */
  changeSession(input: ChangeSessionInput): Promise<ChangeSessionResult>
  /**
   * Ends a session: its row becomes a tombstone until its absolute expiry.
   * @param revokeFor milliseconds, as in {@link Revoking}
   * @returns whether it was live until now
   */
  endSession(sid: string, reason: EndReason, revokeFor: number): Promise<boolean>
  /**
   * Raises the subject's epoch to max(previous + 1, the store's clock). This ends all of its sessions, even if an index
   * does not find them. A raise never shortens how long an earlier epoch is kept. The log gets a single entry, with or
   * without an exception, not one for each session.
   */
  raiseEpoch(input: RaiseEpochInput): Promise<RaiseEpochResult>
  /**
   * Deletes all rows of a subject, including tombstones and the provider's names, and raises the epoch as `raiseEpoch`
   * does. The epoch and the log entry stay for their time, so no token of the subject is accepted any more. It finds
   * rows by the same index as `listSessions`.
   */
  eraseSubject(input: SubjectRevocation): Promise<EraseSubjectResult>
  /**
   * The live sessions of a subject, the newest first (by `createdAt`, then `sid`, both descending). For display: it may
   * use an index that lags behind. `toListCursor` and `readListCursor` make and read `next`.
   * @throws `TypeError` if `after` is not what an earlier list returned
   */
  listSessions(subjectTag: string, options: ListOptions): Promise<SessionList>
  /**
   * The live sessions that were started from sessions of an identity provider, in any order. For display. On Redis it
   * queries all 64 buckets, so it is not one round trip and not a snapshot of one moment.
   */
  sessionsOf(query: ProviderQuery): Promise<ProviderSessions>
  /**
   * Ends the sessions that `sessionsOf` finds, with reason `provider`, and remembers this for `PROVIDER_END_MEMORY`, so
   * that a sign-in in progress creates no session: with `sid`, none from that session of the provider; with `subject`,
   * none with an earlier `since`. On Redis it runs in all 64 buckets, each atomic by itself: a session created in a
   * bucket before is ended, and one created after is rejected. If it throws, call it again: calling it twice does no
   * harm.
   * @param revokeFor milliseconds, as in {@link Revoking}
   */
  endProviderSessions(query: ProviderQuery, revokeFor: number): Promise<EndedProviderSessions>
  /**
   * Whether a session of this subject is live, its data version, and the epoch. If `sid` is undefined, only the epoch.
   */
  checkSession(subjectTag: string, sid: string | undefined): Promise<SessionStatus>
  /**
   * Call this after restoring a backup from the time `since` (milliseconds): it ends every session that was created at
   * or before that time, with reason `recovered`. Rotations and ends after the backup are lost, so a stolen token that
   * was superseded since then would look like the current one. Only live sessions are written. It may take longer than
   * the timeout, and on Redis it is one operation for each session.
   * @param revokeFor milliseconds, as in {@link Revoking}
   * @returns how many were ended
   */
  recoverSessions(since: number, revokeFor: number): Promise<number>
  /**
   * Deletes at most `limit` rows that are no longer needed: sessions past their absolute expiry (tombstones stay until
   * then), live ones past their idle expiry, and expired epochs, log entries, ends by providers and ids of one-time
   * use.
   * @returns how many were deleted; 0 if the server itself expires rows
   */
  prune(limit: number): Promise<number>
}
