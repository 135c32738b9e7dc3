import type { EndReason, SessionRecord } from '@countersign/core/stores'
import { subjectTagOf } from '@countersign/core/stores'
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
/** What changes in the life of a session. */
const MUTABLE = ['gen', 'rotated_at', 'used', 'epoch', 'idle_expires_at', 'revoked_at', 'reason', 'ip']

const INSERT = `INSERT INTO countersign_sessions (${COLUMNS.join(', ')})
  VALUES (${COLUMNS.map((name) => `:${name}`).join(', ')})`
const UPDATE = `UPDATE countersign_sessions
  SET ${MUTABLE.map((name) => `${name} = :${name}`).join(', ')} WHERE sid = :sid`
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

export function insertSession({ sql }: Transaction, record: SessionRecord): void {
  sql(INSERT).run(toRow(record))
}

export function updateSession({ sql }: Transaction, record: SessionRecord): void {
  const row = toRow(record)
  sql(UPDATE).run(Object.fromEntries(['sid', ...MUTABLE].map((name) => [name, row[name] ?? null])))
}

/** @returns how many sessions ended */
export function endLiveSessionsUpTo({ sql, now }: Transaction, since: number): number {
  return Number(sql(RECOVER).run({ now, since }).changes)
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
