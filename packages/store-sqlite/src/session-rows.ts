import type { EndReason, ListPosition, ProviderQuery, SessionRecord } from '@countersign/stores'
import type { SQLInputValue } from 'node:sqlite'
import type { Transaction } from './connection.ts'
import { COLUMNS, text, toRecord, toRow } from './session-columns.ts'

const INSERT = `INSERT INTO countersign_sessions (${COLUMNS.join(', ')}, prune_after)
  VALUES (${COLUMNS.map((name) => `:${name}`).join(', ')}, :prune_after)`
const ADVANCE = `UPDATE countersign_sessions
  SET gen = ?, rotated_at = ?, used = ?, idle_expires_at = ?, ip = ? WHERE sid = ?`
/** A separate statement, because it changes an index. */
const POSTPONE = 'UPDATE countersign_sessions SET prune_after = ? WHERE sid = ?'
const CHANGE = 'UPDATE countersign_sessions SET data = ?, data_version = ? WHERE sid = ?'
const END = 'UPDATE countersign_sessions SET revoked_at = ?, reason = ? WHERE sid = ?'
const LIFT = 'UPDATE countersign_sessions SET epoch = ? WHERE sid = ?'
const SELECT = `SELECT ${COLUMNS.join(', ')} FROM countersign_sessions AS s`
const IS_CURRENT = 'epoch >= coalesce((SELECT e.epoch FROM countersign_epochs AS e WHERE e.tag = s.tag), 0)'
const IS_LIVE = `revoked_at IS NULL AND idle_expires_at > :now AND absolute_expires_at > :now AND ${IS_CURRENT}`
const OF_TAG = `${SELECT} WHERE tag = :tag AND ${IS_LIVE} ORDER BY created_at DESC, sid DESC`
const PART = `${SELECT} WHERE tag = :tag AND (created_at, sid) < (:createdAt, :sid) AND ${IS_LIVE}
  ORDER BY created_at DESC, sid DESC LIMIT :limit`
const OF_PROVIDER_SID = `${SELECT} WHERE provider_issuer = :issuer AND provider_sid = :name AND ${IS_LIVE}`
const OF_PROVIDER_SUBJECT = `${SELECT} WHERE provider_issuer = :issuer AND provider_subject = :name AND ${IS_LIVE}`
const UP_TO = `${SELECT} WHERE created_at <= :since AND ${IS_LIVE} LIMIT :limit`
const DELETE = 'DELETE FROM countersign_sessions WHERE tag = ? RETURNING sid'

export function findSession({ sql }: Transaction, sid: string): SessionRecord | undefined {
  const row = sql(`${SELECT} WHERE sid = ?`).get(sid)
  return row === undefined ? undefined : toRecord(row)
}

function liveSessions(
  { sql, now }: Transaction,
  select: string,
  values: Record<string, SQLInputValue>,
): SessionRecord[] {
  return sql(select)
    .all({ now, ...values })
    .map(toRecord)
}

/** All live sessions of a subject, the newest first. */
export function liveSessionsOf(tx: Transaction, tag: string): SessionRecord[] {
  return liveSessions(tx, OF_TAG, { tag })
}

/** The same after a position, at most `limit`. */
export function partOfSessions(
  tx: Transaction,
  tag: string,
  after: ListPosition | undefined,
  limit: number,
): SessionRecord[] {
  const { createdAt, sid } = after ?? { createdAt: Number.MAX_SAFE_INTEGER, sid: '' }
  return liveSessions(tx, PART, { tag, createdAt, sid, limit })
}

/** The live sessions that were started from a session of an identity provider. */
export function liveSessionsOfProvider(tx: Transaction, query: ProviderQuery): SessionRecord[] {
  const { issuer, sid } = query
  return sid === undefined
    ? liveSessions(tx, OF_PROVIDER_SUBJECT, { issuer, name: query.subject })
    : liveSessions(tx, OF_PROVIDER_SID, { issuer, name: sid })
}

/** Live sessions that were created at or before a time, at most `limit`. */
export function liveSessionsUpTo(tx: Transaction, since: number, limit: number): SessionRecord[] {
  return liveSessions(tx, UP_TO, { since, limit })
}

export function insertSession({ sql }: Transaction, record: SessionRecord): void {
  sql(INSERT).run({ ...toRow(record), prune_after: pruneAfter(record) })
}

/** Writes the changes of a rotation. */
export function advanceSession({ sql }: Transaction, before: SessionRecord, after: SessionRecord): void {
  const { sid, gen, rotatedAt, used, idleExpiresAt, ip } = after
  sql(ADVANCE).run(gen, rotatedAt, used ? 1 : 0, idleExpiresAt, ip ?? null, sid)
  const due = pruneAfter(after)
  if (due !== pruneAfter(before)) sql(POSTPONE).run(due, sid)
}

/** Writes the changes of a session's data. */
export function writeData({ sql }: Transaction, { sid, data, dataVersion }: SessionRecord): void {
  sql(CHANGE).run(data, dataVersion, sid)
}

/** Turns the row into a tombstone. */
export function endSession({ sql, now }: Transaction, sid: string, reason: EndReason): void {
  sql(END).run(now, reason, sid)
}

/** Moves a session to this epoch, so that it survives when the epoch is raised. */
export function liftSession({ sql }: Transaction, sid: string, epoch: number): void {
  sql(LIFT).run(epoch, sid)
}

/** Deletes every row of a subject. @returns their sids */
export function deleteSessions({ sql }: Transaction, tag: string): string[] {
  return sql(DELETE)
    .all(tag)
    .map((row) => text(row, 'sid'))
}

/**
 * The time from which `prune` checks a live row: its idle expiry, rounded down by at most a sixteenth of the idle
 * timeout. The rounded time stays the same over many rotations, so they write to no index; `prune` skips the few rows
 * that have not expired yet.
 */
function pruneAfter({ idleExpiresAt, idleTimeout }: SessionRecord): number {
  return idleExpiresAt - (idleExpiresAt % Math.max(Math.floor(idleTimeout / 16), 1))
}
