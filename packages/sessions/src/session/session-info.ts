import type { SessionRecord } from '@countersign/stores'
import { assertNamesWithin, type Fault, type NamesOf } from '@countersign/core/toolkit'
import type { PrivateClaims } from '@countersign/issuer'

/** The session data from its start: the JSON in its row. */
export interface SessionData {
  readonly scope: readonly string[]
  readonly roles: readonly string[]
  readonly claims: PrivateClaims
  /** Milliseconds since the epoch. */
  readonly authTime: number
  readonly acr?: string
  readonly amr?: readonly string[]
  /** The user who acts as the subject. */
  readonly actor?: string
}

/** A session, for the application and its users. Times are milliseconds since the epoch. */
export interface SessionInfo {
  /** `sid`. Not a secret: access tokens contain it. */
  readonly id: string
  readonly subject: string
  readonly tenant: string | undefined
  readonly clientId: string | undefined
  readonly createdAt: number
  /** The last rotation of the refresh token. */
  readonly lastSeenAt: number
  readonly idleExpiresAt: number
  readonly absoluteExpiresAt: number
  readonly device: string | undefined
  readonly ip: string | undefined
  /** When the user signed in. Refreshing does not change it. */
  readonly authTime: number
  readonly acr: string | undefined
  readonly amr: readonly string[] | undefined
  /** The user who acts as the subject, if there is one. */
  readonly actor: string | undefined
  readonly scope: readonly string[]
  readonly roles: readonly string[]
  readonly claims: PrivateClaims
}

const INFO_NAMES = {
  id: true,
  subject: true,
  tenant: true,
  clientId: true,
  createdAt: true,
  lastSeenAt: true,
  idleExpiresAt: true,
  absoluteExpiresAt: true,
  device: true,
  ip: true,
  authTime: true,
  acr: true,
  amr: true,
  actor: true,
  scope: true,
  roles: true,
  claims: true,
} as const satisfies NamesOf<SessionInfo>

/** Checks that the member `session` of an input is a session of ours. @throws what `fault` creates */
export function assertSessionInfo(session: unknown, fault: Fault): asserts session is SessionInfo {
  assertNamesWithin<SessionInfo>(session, INFO_NAMES, 'session', fault)
  if (!Number.isFinite(session.idleExpiresAt))
    throw fault('session.idleExpiresAt', 'must be a number of milliseconds')
}

/** A row, as the application receives it. */
export function toSessionInfo(row: SessionRecord): SessionInfo {
  const data = JSON.parse(row.data) as SessionData
  return Object.freeze({
    id: row.sid,
    subject: row.subject,
    tenant: row.tenant,
    clientId: row.clientId,
    createdAt: row.createdAt,
    lastSeenAt: row.rotatedAt,
    idleExpiresAt: row.idleExpiresAt,
    absoluteExpiresAt: row.absoluteExpiresAt,
    device: row.device,
    ip: row.ip,
    authTime: data.authTime,
    acr: data.acr,
    amr: data.amr,
    actor: data.actor,
    scope: data.scope,
    roles: data.roles,
    claims: data.claims,
  })
}
