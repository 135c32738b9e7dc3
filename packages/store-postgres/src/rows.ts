import type {
  EndReason,
  NewSession,
  RevocationEntry,
  RevocationKind,
  RevocationState,
  SessionRecord,
} from '@countersign/stores'

/** The columns of a new row. */
interface NewRow {
  readonly sid: string
  readonly secret_hash: string
  readonly subject: string
  readonly tenant: string | null
  readonly issuer: string
  readonly client_id: string | null
  readonly jkt: string | null
  readonly provider_issuer: string | null
  readonly provider_sid: string | null
  readonly provider_subject: string | null
  readonly device: string | null
  readonly ip: string | null
  readonly data: string
}

/** A row of `sessions`, as the server writes it in JSON. */
export interface SessionRow extends NewRow {
  readonly gen: number
  readonly rotated_at: number
  readonly used: boolean
  readonly epoch: number
  readonly data_version: number
  readonly created_at: number
  readonly idle_timeout: number
  readonly idle_expires_at: number
  readonly absolute_expires_at: number
  readonly revoked_at: number | null
  readonly reason: EndReason | null
}

/** A row of `log`. */
export interface LogRow {
  readonly id: number
  readonly xid: string
  readonly version: number
  readonly bound: number | null
  readonly expires_at: number
  readonly kind: RevocationKind
  readonly issuer: string
  readonly key: string
  readonly state: RevocationState
  readonly except_sid: string | null
}

export function fromNewSession(session: NewSession): NewRow {
  const { provider } = session
  return {
    sid: session.sid,
    secret_hash: session.secretHash,
    subject: session.subject,
    tenant: session.tenant ?? null,
    issuer: session.issuer,
    client_id: session.clientId ?? null,
    jkt: session.jkt ?? null,
    provider_issuer: provider?.issuer ?? null,
    provider_sid: provider?.sid ?? null,
    provider_subject: provider?.subject ?? null,
    device: session.device ?? null,
    ip: session.ip ?? null,
    data: session.data,
  }
}

export function toSession(row: SessionRow): SessionRecord {
  const { provider_issuer: issuer, provider_sid: sid, provider_subject: subject } = row
  return Object.freeze({
    sid: row.sid,
    secretHash: row.secret_hash,
    subject: row.subject,
    tenant: row.tenant ?? undefined,
    issuer: row.issuer,
    clientId: row.client_id ?? undefined,
    jkt: row.jkt ?? undefined,
    provider:
      issuer === null ? undefined : Object.freeze({ issuer, sid: sid ?? undefined, subject: subject ?? '' }),
    gen: row.gen,
    rotatedAt: row.rotated_at,
    used: row.used,
    epoch: row.epoch,
    dataVersion: row.data_version,
    createdAt: row.created_at,
    idleTimeout: row.idle_timeout,
    idleExpiresAt: row.idle_expires_at,
    absoluteExpiresAt: row.absolute_expires_at,
    revokedAt: row.revoked_at ?? undefined,
    reason: row.reason ?? undefined,
    device: row.device ?? undefined,
    ip: row.ip ?? undefined,
    data: row.data,
  })
}

export function toSessionOrNone(row: SessionRow | null): SessionRecord | undefined {
  return row === null ? undefined : toSession(row)
}

export function toRevocation(row: LogRow): RevocationEntry {
  const { kind, issuer, key, state, version } = row
  return Object.freeze({
    kind,
    issuer,
    key,
    state,
    bound: row.bound ?? undefined,
    except: row.except_sid ?? undefined,
    expiresAt: row.expires_at,
    version,
  })
}
