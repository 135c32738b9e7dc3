import type { EndReason, ProviderSession, SessionRecord } from '@countersign/stores'
import { subjectTagOf } from '@countersign/stores'
import type { SQLInputValue, SQLOutputValue } from 'node:sqlite'

/** The columns of a row, except `prune_after`. */
export const COLUMNS: readonly string[] = [
  'sid',
  'tag',
  'secret_hash',
  'subject',
  'tenant',
  'issuer',
  'client_id',
  'jkt',
  'provider_issuer',
  'provider_sid',
  'provider_subject',
  'gen',
  'rotated_at',
  'used',
  'epoch',
  'data_version',
  'created_at',
  'idle_timeout',
  'idle_expires_at',
  'absolute_expires_at',
  'revoked_at',
  'reason',
  'device',
  'ip',
  'data',
]

export function toRow(record: SessionRecord): Record<string, SQLInputValue> {
  const { provider } = record
  return {
    sid: record.sid,
    tag: subjectTagOf(record.sid),
    secret_hash: record.secretHash,
    subject: record.subject,
    tenant: record.tenant ?? null,
    issuer: record.issuer,
    client_id: record.clientId ?? null,
    jkt: record.jkt ?? null,
    provider_issuer: provider?.issuer ?? null,
    provider_sid: provider?.sid ?? null,
    provider_subject: provider?.subject ?? null,
    gen: record.gen,
    rotated_at: record.rotatedAt,
    used: record.used ? 1 : 0,
    epoch: record.epoch,
    data_version: record.dataVersion,
    created_at: record.createdAt,
    idle_timeout: record.idleTimeout,
    idle_expires_at: record.idleExpiresAt,
    absolute_expires_at: record.absoluteExpiresAt,
    revoked_at: record.revokedAt ?? null,
    reason: record.reason ?? null,
    device: record.device ?? null,
    ip: record.ip ?? null,
    data: record.data,
  }
}

/** A row as SQLite returns it. */
export type Row = Readonly<Record<string, SQLOutputValue>>

export function toRecord(row: Row): SessionRecord {
  return Object.freeze<SessionRecord>({
    sid: text(row, 'sid'),
    secretHash: text(row, 'secret_hash'),
    subject: text(row, 'subject'),
    tenant: optionalText(row, 'tenant'),
    issuer: text(row, 'issuer'),
    clientId: optionalText(row, 'client_id'),
    jkt: optionalText(row, 'jkt'),
    provider: toProvider(row),
    gen: integer(row, 'gen'),
    rotatedAt: integer(row, 'rotated_at'),
    used: integer(row, 'used') === 1,
    epoch: integer(row, 'epoch'),
    dataVersion: integer(row, 'data_version'),
    createdAt: integer(row, 'created_at'),
    idleTimeout: integer(row, 'idle_timeout'),
    idleExpiresAt: integer(row, 'idle_expires_at'),
    absoluteExpiresAt: integer(row, 'absolute_expires_at'),
    revokedAt: optionalInteger(row, 'revoked_at'),
    reason: optionalText(row, 'reason') as EndReason | undefined,
    device: optionalText(row, 'device'),
    ip: optionalText(row, 'ip'),
    data: text(row, 'data'),
  })
}

function toProvider(row: Row): ProviderSession | undefined {
  const issuer = optionalText(row, 'provider_issuer')
  if (issuer === undefined) return undefined
  const sid = optionalText(row, 'provider_sid')
  return Object.freeze({ issuer, sid, subject: text(row, 'provider_subject') })
}

export function text(row: Row, column: string): string {
  const value = row[column]
  if (typeof value !== 'string') throw new TypeError(`countersign: ${column} must be a string`)
  return value
}

export function optionalText(row: Row, column: string): string | undefined {
  return row[column] === null ? undefined : text(row, column)
}

export function integer(row: Row, column: string): number {
  const value = row[column]
  if (typeof value !== 'number') throw new TypeError(`countersign: ${column} must be a number`)
  return value
}

export function optionalInteger(row: Row, column: string): number | undefined {
  return row[column] === null ? undefined : integer(row, column)
}
