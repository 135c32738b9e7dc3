import type { EndReason, NewSession, RotateInput, SessionRecord } from '@countersign/core/stores'
import { isTrue, numberOf, textOf } from './reply.ts'

// A session is one packed list (`scripts/rows.ts`). Scripts look at its times and numbers only; what they merely compare or
// carry is JSON text, in which a missing value (`null`) is not an empty one.

/** Whom a refresh token was issued to. Scripts compare it as it stands. */
export function bindingOf({
  secretHash,
  clientId,
  jkt,
}: Pick<RotateInput, 'secretHash' | 'clientId' | 'jkt'>): string {
  return JSON.stringify([secretHash, clientId ?? null, jkt ?? null])
}

/** What never changes, and no script asks for. */
export function profileOf({ subject, tenant, device }: NewSession): string {
  return JSON.stringify([subject, tenant ?? null, device ?? null])
}

/** An address, or `null`. */
export function addressOf(ip: string | undefined): string {
  return JSON.stringify(ip ?? null)
}

/** A row, of the list that `describe` of `scripts/rows.ts` makes. */
export function toRecord(sid: string, fields: readonly unknown[]): SessionRecord {
  const [
    gen,
    rotatedAt,
    used,
    epoch,
    createdAt,
    idleExpiresAt,
    absoluteExpiresAt,
    revokedAt,
    reason,
    ...texts
  ] = fields
  const [ip, binding, profile, data] = texts.map(textOf)
  const [secretHash = '', clientId, jkt] = textsOf(binding)
  const [subject = '', tenant, device] = textsOf(profile)
  return Object.freeze({
    sid,
    secretHash,
    subject,
    tenant,
    clientId,
    jkt,
    gen: numberOf(gen),
    rotatedAt: numberOf(rotatedAt),
    used: isTrue(used),
    epoch: numberOf(epoch),
    createdAt: numberOf(createdAt),
    idleExpiresAt: numberOf(idleExpiresAt),
    absoluteExpiresAt: numberOf(absoluteExpiresAt),
    revokedAt: revokedAt === null ? undefined : numberOf(revokedAt),
    reason: reason === null ? undefined : (textOf(reason) as EndReason),
    device,
    ip: textsOf(`[${ip}]`)[0],
    data: data ?? '',
  })
}

/** Texts of a list in JSON; `undefined` for `null`. */
function textsOf(json: string | undefined): (string | undefined)[] {
  const list: unknown = JSON.parse(json ?? '[]')
  return Array.isArray(list) ? list.map((item) => (typeof item === 'string' ? item : undefined)) : []
}
