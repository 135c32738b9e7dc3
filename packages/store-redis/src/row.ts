import type { EndReason, NewSession, RotateInput, SessionRecord } from '@countersign/core/stores'

// A session is one text (`scripts/rows.ts`): a hash of so many fields takes more than twice the memory. Scripts look at its
// times and numbers only. What they merely compare or carry is JSON, in which a missing value (`null`) is not an empty one.

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

const layout =
  /^1 (\S+) (\S+) (\S+) (\S+) (\S+) (\S+) (\S+) (\S+) (\S+)\n([^\n]*)\n([^\n]*)\n([^\n]*)\n([^]*)$/

/**
 * A row, of its text.
 * @throws `Error` where the text is none: something else wrote it
 */
export function toRecord(sid: string, text: string): SessionRecord {
  const match = layout.exec(text)
  if (match === null) throw new Error('countersign: Redis has a session of another layout')
  const [head, tail] = [match.slice(1, 10), match.slice(10)]
  const [gen, rotatedAt, used, epoch, createdAt, idleExpiresAt, absoluteExpiresAt, revokedAt, reason] = head
  const [ip, binding, profile, data = ''] = tail
  const [secretHash = '', clientId, jkt] = textsOf(binding)
  const [subject = '', tenant, device] = textsOf(profile)
  return Object.freeze({
    sid,
    secretHash,
    subject,
    tenant,
    clientId,
    jkt,
    gen: Number(gen),
    rotatedAt: Number(rotatedAt),
    used: used === '1',
    epoch: Number(epoch),
    createdAt: Number(createdAt),
    idleExpiresAt: Number(idleExpiresAt),
    absoluteExpiresAt: Number(absoluteExpiresAt),
    revokedAt: revokedAt === '-' ? undefined : Number(revokedAt),
    reason: reason === '-' ? undefined : (reason as EndReason),
    device,
    ip: textsOf(`[${ip}]`)[0],
    data,
  })
}

/** Texts of a list in JSON; `undefined` for `null`. */
function textsOf(json: string | undefined): (string | undefined)[] {
  const list: unknown = JSON.parse(json ?? '[]')
  return Array.isArray(list) ? list.map((item) => (typeof item === 'string' ? item : undefined)) : []
}
