/** Parts of SQL that several functions share. */

/** The time in milliseconds: the server's clock when it is read, not when the transaction began; `p_now` in tests. */
export const NOW = `coalesce(p_now, floor(date_part('epoch', clock_timestamp()) * 1000)::bigint)`

/** The tag of a sid. */
export function tagOf(sid: string): string {
  return `split_part(${sid}, '.', 1)`
}

/**
 * The sids with a tag, as a range of the primary key, because `/` follows `.` in ASCII. Without its index this finds
 * the same rows by a full scan.
 */
export function isOfTag(sid: string, tag: string): string {
  return `${sid} >= ${tag} || '.' COLLATE "C" AND ${sid} < ${tag} || '/' COLLATE "C"`
}

/** Whether the row `s` is live at `v_now`. Its subject has the epoch `v_epoch`. */
export function isLive(epoch: string = 'v_epoch'): string {
  return `s.revoked_at IS NULL AND s.epoch >= ${epoch} AND v_now < s.idle_expires_at AND v_now < s.absolute_expires_at`
}

/** The epoch of the subject with this tag; 0 if it was never raised. */
export function epochOf(schema: string, tag: string): string {
  return `coalesce((SELECT e.epoch FROM ${schema}.epochs e WHERE e.tag = ${tag}), 0)`
}

/**
 * The time from which `prune` checks a live row: its idle expiry, rounded down by at most a sixteenth of the idle
 * timeout. The rounded time stays the same over many rotations, so they write to no index; `prune` skips the few rows
 * that have not expired yet.
 */
export function pruneAfter(idleExpiresAt: string, idleTimeout: string): string {
  return `${idleExpiresAt} - ${idleExpiresAt} % greatest(${idleTimeout} / 16, 1)`
}

/**
 * The digest by which a text of any length is found, because an index accepts no text over 2.7 KB. Lengths come first.
 */
export function digestOf(...texts: readonly string[]): string {
  const parts = texts.map((text) => `length(${text}) || ':' || ${text}`)
  return `sha256(convert_to(${parts.join(' || ')}, 'UTF8'))`
}

/**
 * Blocks other logins and raises of the same subject until this transaction ends. Always the first lock; then that of
 * the identity provider's session, then rows of sessions in the order of their sids, then log entries.
 */
export function lockSubject(schema: string, tag: string): string {
  return `PERFORM pg_advisory_xact_lock(hashtextextended('${schema}/' || ${tag}, 0))`
}
