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
 * Keeps sessions and the epochs of subjects. Texts are well-formed Unicode without U+0000, which callers see to, and
 * come back as they were given.
 *
 * Every method is one atomic operation on the store's clock and, unless it says otherwise, one round trip. It throws
 * `StoreUnavailableError` if the store cannot be reached or does not answer in time.
 *
 * **What was given up never happens later.** An operation that writes carries a deadline on the store's clock; a store
 * that hung and goes on refuses it. `createDeadlines` makes and compares them. A store whose work is done in the
 * caller's own process (memory, SQLite) has no need of one: it begins nothing after its time is over.
 *
 * **Nothing brings an ended session back.** Only `createSession` creates a row; all else changes live rows only.
 *
 * **No end without its log entry.** What ends a session, raises an epoch or changes data appends to the revocation log
 * in the same operation, as `sessionRevocation`, `dataRevocation` and `subjectRevocation` say.
 */
export interface SessionStore {
  /** Whether a write that was answered can be lost (asynchronous replication). Then `rotate` may adopt `gen + 1`. */
  readonly mayLoseWrites: boolean
  /** The store's time, in milliseconds since the epoch. */
  now(): Promise<number>
  /**
   * Writes a new session, and ends those that it replaces or that the limit evicts, as `decideCreation` says.
   * @throws `Error` if the sid exists already, ended or not: a row is never written over
   */
  createSession(input: CreateSessionInput): Promise<CreateSessionResult>
  /** The row of a session as it is, and the epoch of its subject. Writes nothing. */
  findSession(sid: string): Promise<FoundSession>
  /** Decides about a refresh token as `decideRotation` does, and writes what follows from it, in one operation. */
  rotate(input: RotateInput): Promise<RotateResult>
  /**
   * Replaces the data of a live session and raises their version by one, as `decideChange` says. The log entry makes
   * tokens of older versions stale.
   */
  changeSession(input: ChangeSessionInput): Promise<ChangeSessionResult>
  /**
   * Ends a session: its row becomes a tombstone until its absolute expiry.
   * @param revokeFor milliseconds, as in {@link Revoking}
   * @returns whether it was live until now
   */
  endSession(sid: string, reason: EndReason, revokeFor: number): Promise<boolean>
  /**
   * Raises the subject's epoch to max(previous + 1, the store's clock): all of its sessions are over, whether an index
   * finds them or not. A raise never shortens how long an earlier epoch is kept. The log gets one entry, with or without
   * an exception; none for each session.
   */
  raiseEpoch(input: RaiseEpochInput): Promise<RaiseEpochResult>
  /**
   * Deletes the rows of a subject, tombstones and what the provider calls them included, and raises the epoch as
   * `raiseEpoch` does. The epoch and the log entry stay for their time, so no token of the subject is good any more. It
   * finds rows by the same index as `listSessions`.
   */
  eraseSubject(input: SubjectRevocation): Promise<EraseSubjectResult>
  /**
   * The live sessions of a subject, the newest first (by `createdAt`, then `sid`, both descending). For people to look
   * at: it may use an index. `toListCursor` and `readListCursor` make and read `next`.
   * @throws `TypeError` if `after` is not what an earlier list returned
   */
  listSessions(subjectTag: string, options: ListOptions): Promise<SessionList>
  /**
   * The live sessions that were started from an identity provider's, in no order. For people to look at. On Redis it
   * asks all 64 buckets, so it is neither one round trip nor of one moment.
   */
  sessionsOf(query: ProviderQuery): Promise<ProviderSessions>
  /**
   * Ends the sessions that `sessionsOf` finds, with reason `provider`, and remembers this for `PROVIDER_END_MEMORY`, so
   * that a sign-in that is under way creates no session: with `sid`, none from that session of the provider; with
   * `subject`, none whose `since` is earlier. On Redis it asks all 64 buckets, each atomic by itself: a creation in a
   * bucket is either before, and ended, or after, and refused. If it throws, ask again: it does no harm twice.
   * @param revokeFor milliseconds, as in {@link Revoking}
   */
  endProviderSessions(query: ProviderQuery, revokeFor: number): Promise<EndedProviderSessions>
  /** Whether a session of this subject is live, its data version, and the epoch. `sid` undefined: only the epoch. */
  checkSession(subjectTag: string, sid: string | undefined): Promise<SessionStatus>
  /**
   * After a backup from the time `since` (milliseconds) was restored: ends every session that was created at or before
   * it, with reason `recovered`. What was rotated or ended after the backup is not known any more, so a token that was
   * stolen and superseded since then would look like the current one. Live sessions alone are written. It may take
   * longer than the time-out, and on Redis it is one operation for each session.
   * @param revokeFor milliseconds, as in {@link Revoking}
   * @returns how many were ended
   */
  recoverSessions(since: number, revokeFor: number): Promise<number>
  /**
   * Deletes at most `limit` rows that are no longer needed: sessions past their absolute expiry (tombstones stay until
   * then), live ones past their idle expiry, epochs, entries of the log and ends by providers past their time, ids of
   * one-time use past theirs.
   * @returns how many were deleted; 0 if the server expires rows by itself
   */
  prune(limit: number): Promise<number>
}
