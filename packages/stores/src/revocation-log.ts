/**
 * What can be revoked: a token (its `jti`), a session (its `sid`), a subject, a client, a signing key (its `kid`), or
 * all tokens of an issuer.
 */
export type RevocationKind = 'token' | 'session' | 'subject' | 'client' | 'key' | 'issuer'

/**
 * What holds from now on.
 * - `denied`: nothing is accepted.
 * - `allowed`: a denial is taken back.
 * - `before`: what was issued before `bound` (milliseconds since the epoch) is refused.
 * - `changed`: tokens of a session with a data version below `bound` are stale.
 */
export type RevocationState = 'denied' | 'allowed' | 'before' | 'changed'

/** What is revoked, as it is appended. An entry is state, not an event: it replaces the one before it of the same key. */
export interface NewRevocation {
  readonly kind: RevocationKind
  /** `iss` of the tokens. */
  readonly issuer: string
  /** The `jti`, `sid`, client id or `kid`; for a subject what `subjectKey()` returns; empty for an issuer. */
  readonly key: string
  readonly state: RevocationState
  /** With `before` and `changed` what they say; otherwise `undefined`. */
  readonly bound: number | undefined
  /** With `before`: a session (`sid`) whose tokens stay good. */
  readonly except: string | undefined
  /** Milliseconds since the epoch on the store's clock, after which no token is left that it concerns. */
  readonly expiresAt: number
}

/** An entry of the log. */
export interface RevocationEntry extends NewRevocation {
  /**
   * Grows from entry to entry of the same kind, issuer and key, also if the store's clock is set back: at least the
   * store's time in milliseconds, so that it also grows over a backup that was restored. The highest version is what
   * holds, so duplicates and disorder do no harm.
   */
  readonly version: number
}

/** A part of the log. */
export interface RevocationBatch {
  readonly gap: false
  readonly now: number
  /** None of them expired. In no order that means anything; an entry may come twice. */
  readonly entries: readonly RevocationEntry[]
  /** Where to go on. Opaque; good for this store and every other handle on the same data. */
  readonly cursor: string
  /** Whether that was everything by `now`. If not, read on at once. */
  readonly complete: boolean
}

/**
 * The log does not go on where the reader is: a failover or a backup took it back, or the cursor is of another log. The
 * reader keeps what it has, and reads again from the beginning.
 */
export interface RevocationGap {
  readonly gap: true
  readonly now: number
}

/** Result of `readRevocations`. */
export type RevocationRead = RevocationBatch | RevocationGap

/**
 * The log of what was revoked, for verifiers that hold it in memory. Operations on sessions append to it by themselves
 * (`SessionStore`). An entry is kept until it expires, and may be forgotten after that, which is no gap.
 */
export interface RevocationLog {
  /**
   * Appends entries, all or none; on Redis in one operation for each of its buckets, so asking again may append some
   * twice, which does no harm. An entry that has expired already is left out.
   * @throws `StoreUnavailableError`; what was given up is not appended later
   */
  appendRevocations(entries: readonly NewRevocation[]): Promise<void>
  /**
   * Reads on from a cursor. Without one, from the beginning: all entries that have not expired, in as many parts as it
   * takes, and then, with the same cursors, what comes after. An entry whose append was answered is in the next read
   * that is `complete`. On Redis, one read asks all 64 buckets.
   * @param limit about how many entries to return at most, from 1; a store may return a few more
   * @throws `StoreUnavailableError`
   */
  readRevocations(cursor: string | undefined, limit: number): Promise<RevocationRead>
  /**
   * Calls the listener soon after entries were appended, by any process: a hint to read now. Hints may be lost, so
   * readers poll all the same. Absent if the store has nothing of the kind. The listener must not throw.
   * @returns ends the hints
   */
  readonly watchRevocations?: ((listener: () => void) => () => void) | undefined
}
