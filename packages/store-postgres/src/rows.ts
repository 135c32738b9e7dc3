import type { EndReason, SessionRecord } from '@countersign/stores'

/** A row of `sessions`, as the server writes it in JSON. */
export interface SessionRow {
  readonly sid: string
  readonly secret_hash: string
  readonly subject: string
  readonly tenant: string | null
  readonly client_id: string | null
  readonly jkt: string | null
  readonly gen: number
  readonly rotated_at: number
  readonly used: boolean
  readonly epoch: number
  readonly created_at: number
  readonly idle_expires_at: number
  readonly absolute_expires_at: number
  readonly revoked_at: number | null
  readonly reason: EndReason | null
  readonly device: string | null
  readonly ip: string | null
  readonly data: string
}

export function toSession(row: SessionRow): SessionRecord {
  return Object.freeze({
    sid: row.sid,
    secretHash: row.secret_hash,
    subject: row.subject,
    tenant: row.tenant ?? undefined,
    clientId: row.client_id ?? undefined,
    jkt: row.jkt ?? undefined,
    gen: row.gen,
    rotatedAt: row.rotated_at,
    used: row.used,
    epoch: row.epoch,
    issuer: '',
    provider: undefined,
    dataVersion: 1,
    idleTimeout: 0,
    createdAt: row.created_at,
    idleExpiresAt: row.idle_expires_at,
    absoluteExpiresAt: row.absolute_expires_at,
    revokedAt: row.revoked_at ?? undefined,
    reason: row.reason ?? undefined,
    device: row.device ?? undefined,
    ip: row.ip ?? undefined,
    data: row.data,
  })
}
