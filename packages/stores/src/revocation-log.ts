/**
 * What can be revoked: a token (its `jti`), a session (its `sid`), a subject, a client, a signing key (its `kid`), or
 * all tokens of an issuer.
 */
export type RevocationKind = 'token' | 'session' | 'subject' | 'client' | 'key' | 'issuer'

/**
 * What applies from now on.
 * - `denied`: nothing is accepted.
 * - `allowed`: an earlier denial no longer applies.
 * - `before`: tokens issued before `bound` (milliseconds since the epoch) are rejected.
 * - `changed`: tokens of a session with a data version below `bound` are stale.
 */
export type RevocationState = 'denied' | 'allowed' | 'before' | 'changed'

/** A revocation to append. An entry is a state, not an event: it replaces the previous entry with the same key. */
export interface NewRevocation {
  readonly kind: RevocationKind
  /** `iss` of the tokens. */
  readonly issuer: string
  /** The `jti`, `sid`, client id or `kid`; for a subject the result of `subjectKey()`; empty for an issuer. */
  readonly key: string
  readonly state: RevocationState
  /** The bound of `before` and `changed`; otherwise `undefined`. */
  readonly bound: number | undefined
  /** With `before`: the session (`sid`) whose tokens stay valid. */
  readonly except: string | undefined
  /**
   * Milliseconds since the epoch on the store's clock. After this time, every token that the entry concerns has
   * expired.
   */
  readonly expiresAt: number
}

/** An entry of the log. */
export interface RevocationEntry extends NewRevocation {
  /**
   * Increases from entry to entry of the same kind, issuer and key, even if the store's clock is set back. It is at
   * least the store's time in milliseconds, so it also increases after a backup was restored. The entry with the
   * highest version counts, so duplicates and a wrong order do no harm.
   */
  readonly version: number
}

/** A part of the log. */
export interface RevocationBatch {
  readonly gap: false
  readonly now: number
  /** Entries that have not expired. The order has no meaning; an entry may occur twice. */
  readonly entries: readonly RevocationEntry[]
  /** Pass it to read on. Opaque; valid for this store and every other handle on the same data. */
  readonly cursor: string
  /** Whether these were all entries up to `now`. If not, read on at once. */
  readonly complete: boolean
}

/**
 * The log does not continue from the reader's cursor: a failover or a backup set it back, or the cursor belongs to
 * another log. The reader keeps what it has, and reads again from the beginning.
 */
export interface RevocationGap {
  readonly gap: true
  readonly now: number
}

/** Result of `readRevocations`. */
export type RevocationRead = RevocationBatch | RevocationGap

/**
 * The log of revocations, for verifiers that hold it in memory. The operations of `SessionStore` append to it
 * themselves. An entry is kept until it expires. Forgetting it after that is not a gap.
 */
export interface RevocationLog {
  /**
   * Appends all entries or none. On Redis this is one operation for each bucket of the log, so a retry may append some
   * entries twice, which does no harm. Entries that have already expired are left out.
   * @throws `StoreUnavailableError`; then nothing is appended later
   */
  appendRevocations(entries: readonly NewRevocation[]): Promise<void>
  /**
   * Reads on from a cursor. Without a cursor, it starts at the beginning: first all entries that have not expired, in
   * as many parts as needed; then, with the returned cursors, the entries that follow. Once an append has resolved, its
   * entry is in the next read that is `complete`. On Redis, one read queries all 64 buckets.
   * @param limit the maximum number of entries, from 1; a store may return a few more
   * @throws `StoreUnavailableError`
   */
  readRevocations(cursor: string | undefined, limit: number): Promise<RevocationRead>
  /**
   * Calls the listener soon after any process appended entries: a hint to read now. Hints may be lost, so readers must
   * still poll. Absent if the store has no such function. The listener must not throw.
   * @returns a function that removes the listener
   */
  readonly watchRevocations?: ((listener: () => void) => () => void) | undefined
}
