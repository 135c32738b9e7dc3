import type { SessionRecord, SessionState } from './session-record.ts'

/**
 * The tag of the session's subject: its sid up to the first dot.
 *
 * @example
 * ```ts
 * const subjectTag = subjectTagOf(row.sid)
 * ```
 */
export function subjectTagOf(sid: string): string {
  const dot = sid.indexOf('.')
  return dot === -1 ? sid : sid.slice(0, dot)
}

/**
 * Whether a session is live, or why not. A session that was ended is `revoked` even after its expiry.
 *
 * @param epoch of the session's subject
 * @param now on the store's clock, in milliseconds
 * @example
 * ```ts
 * const isLive = sessionState(row, epoch, Date.now()) === 'live'
 * ```
 */
export function sessionState(row: SessionRecord | undefined, epoch: number, now: number): SessionState {
  if (row === undefined) return 'unknown'
  if (row.revokedAt !== undefined || row.epoch < epoch) return 'revoked'
  return now >= row.idleExpiresAt || now >= row.absoluteExpiresAt ? 'expired' : 'live'
}
