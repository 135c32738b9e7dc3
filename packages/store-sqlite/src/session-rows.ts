import type { EndReason, SessionRecord } from '@countersign/stores'
import { subjectTagOf } from '@countersign/stores'
import type { SQLInputValue, SQLOutputValue } from 'node:sqlite'
import type { Transaction } from './connection.ts'

const COLUMNS = [
  'sid',
  'tag',
  'secret_hash',
  'subject',
  'tenant',
  'client_id',
  'jkt',
  'gen',
  'rotated_at',
  'used',
  'epoch',
  'created_at',
  'idle_expires_at',
  'absolute_expires_at',
  'revoked_at',
  'reason',
  'device',
  'ip',
  'data',
]

const INSERT = `INSERT INTO countersign_sessions (${COLUMNS.join(', ')}, prune_after)
  VALUES (${COLUMNS.map((name) => `:${name}`).join(', ')}, :prune_after)`
const ADVANCE = `UPDATE countersign_sessions
  SET gen = ?, rotated_at = ?, used = ?, idle_expires_at = ?, ip = ? WHERE sid = ?`
/** Touches an index, so it is done apart. */
const POSTPONE = 'UPDATE countersign_sessions SET prune_after = ? WHERE sid = ?'
const END = 'UPDATE countersign_sessions SET revoked_at = ?, reason = ? WHERE sid = ?'
const LIFT = 'UPDATE countersign_sessions SET epoch = ? WHERE sid = ?'
const SELECT = `SELECT ${COLUMNS.join(', ')} FROM countersign_sessions`
const LIVE = 'revoked_at IS NULL AND idle_expires_at > :now AND absolute_expires_at > :now'
const SELECT_LIVE = `${SELECT} WHERE tag = :tag AND epoch >= :epoch AND ${LIVE} ORDER BY created_at DESC, sid DESC`
const RECOVER = `UPDATE countersign_sessions SET revoked_at = :now, reason = 'recovered'
  WHERE created_at <= :since AND ${LIVE} AND epoch >= coalesce(
    (SELECT e.epoch FROM countersign_epochs AS e WHERE e.tag = countersign_sessions.tag), 0)`

export function findSession({ sql }: Transaction, sid: string): SessionRecord | undefined {
  const row = sql(`${SELECT} WHERE sid = ?`).get(sid)
  return row === undefined ? undefined : toRecord(row)
}

/** The live sessions of a subject, the newest first. */
export function findLiveSessions({ sql, now }: Transaction, tag: string, epoch: number): SessionRecord[] {
  return sql(SELECT_LIVE).all({ tag, epoch, now }).map(toRecord)
}

/** @param idleTimeout milliseconds */
export function insertSession({ sql }: Transaction, record: SessionRecord, idleTimeout: number): void {
  sql(INSERT).run({ ...toRow(record), prune_after: pruneAfter(record, idleTimeout) })
}

/** Writes what a rotation changes. */
export function advanceSession(
  { sql }: Transaction,
  before: SessionRecord,
  after: SessionRecord,
  idleTimeout: number,
): void {
  const { sid, gen, rotatedAt, used, idleExpiresAt, ip } = after
  sql(ADVANCE).run(gen, rotatedAt, used ? 1 : 0, idleExpiresAt, ip ?? null, sid)
  const due = pruneAfter(after, idleTimeout)
  if (due !== pruneAfter(before, idleTimeout)) sql(POSTPONE).run(due, sid)
}

/** Leaves a tombstone. */
export function endSession({ sql, now }: Transaction, sid: string, reason: EndReason): void {
  sql(END).run(now, reason, sid)
}

/** Lets a session outlive the epochs before this one. */
export function liftSession({ sql }: Transaction, sid: string, epoch: number): void {
  sql(LIFT).run(epoch, sid)
}

/** @returns how many sessions ended */
export function endLiveSessionsUpTo({ sql, now }: Transaction, since: number): number {
  return Number(sql(RECOVER).run({ now, since }).changes)
}

/**
 * The time from which a live row is worth a look of `prune`: its idle expiry, rounded down by at most a sixteenth of the
 * idle timeout. Rounded, it stays the same over many rotations, which therefore write to no index; `prune` passes over
 * the few rows that are nearly due.
 */
function pruneAfter({ idleExpiresAt }: SessionRecord, idleTimeout: number): number {
  return idleExpiresAt - (idleExpiresAt % Math.max(Math.floor(idleTimeout / 16), 1))
}

function toRow(record: SessionRecord): Record<string, SQLInputValue> {
  return {
    sid: record.sid,
    tag: subjectTagOf(record.sid),
    secret_hash: record.secretHash,
    subject: record.subject,
    tenant: record.tenant ?? null,
    client_id: record.clientId ?? null,
    jkt: record.jkt ?? null,
    gen: record.gen,
    rotated_at: record.rotatedAt,
    used: record.used ? 1 : 0,
    epoch: record.epoch,
    created_at: record.createdAt,
    idle_expires_at: record.idleExpiresAt,
    absolute_expires_at: record.absoluteExpiresAt,
    revoked_at: record.revokedAt ?? null,
    reason: record.reason ?? null,
    device: record.device ?? null,
    ip: record.ip ?? null,
    data: record.data,
  }
}

type Row = Readonly<Record<string, SQLOutputValue>>

function toRecord(row: Row): SessionRecord {
  return Object.freeze<SessionRecord>({
    sid: text(row, 'sid'),
    secretHash: text(row, 'secret_hash'),
    subject: text(row, 'subject'),
    tenant: optionalText(row, 'tenant'),
    clientId: optionalText(row, 'client_id'),
    jkt: optionalText(row, 'jkt'),
    gen: integer(row, 'gen'),
    rotatedAt: integer(row, 'rotated_at'),
    used: integer(row, 'used') === 1,
    epoch: integer(row, 'epoch'),
    issuer: '',
    provider: undefined,
    dataVersion: 1,
    idleTimeout: 0,
    createdAt: integer(row, 'created_at'),
    idleExpiresAt: integer(row, 'idle_expires_at'),
    absoluteExpiresAt: integer(row, 'absolute_expires_at'),
    revokedAt: row['revoked_at'] === null ? undefined : integer(row, 'revoked_at'),
    reason: END_REASONS.find((reason) => reason === row['reason']),
    device: optionalText(row, 'device'),
    ip: optionalText(row, 'ip'),
    data: text(row, 'data'),
  })
}

const END_REASONS: readonly EndReason[] = ['logout', 'revoked', 'reuse', 'evicted', 'replaced', 'recovered']

function text(row: Row, column: string): string {
  const value = row[column]
  if (typeof value !== 'string') throw new TypeError(`countersign: ${column} is no text`)
  return value
}

function optionalText(row: Row, column: string): string | undefined {
  return row[column] === null ? undefined : text(row, column)
}

function integer(row: Row, column: string): number {
  const value = row[column]
  if (typeof value !== 'number') throw new TypeError(`countersign: ${column} is no number`)
  return value
}
