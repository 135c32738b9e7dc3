import type { NewSession, RotateInput, SessionRecord } from '@countersign/stores'
import { listOf, textOf } from './reply.ts'
import { reasonOf } from './reasons.ts'

// A session is one value (`scripts/rows.ts`): a hash of so many fields takes more than twice the memory. Scripts look at its
// numbers only. What they merely compare or carry is lines of JSON, in which a missing value (`null`) is not an empty one,
// and no text has a line break.

/** Whom a refresh token was issued to. Scripts compare it as it stands. */
export function bindingOf({
  secretHash,
  clientId,
  jkt,
}: Pick<RotateInput, 'secretHash' | 'clientId' | 'jkt'>): string {
  return JSON.stringify([secretHash, clientId ?? null, jkt ?? null])
}

/** An address, or `null`. */
export function addressOf(ip: string | undefined): string {
  return JSON.stringify(ip ?? null)
}

/** What a new session has besides numbers. */
export function bodyOf(session: NewSession): string {
  const { subject, tenant, device, ip, data } = session
  const profile = JSON.stringify([subject, tenant ?? null, device ?? null])
  return `${bindingOf(session)}\n${addressOf(ip)}\n${profile}\n${data}`
}

/** A row, of the text that `describe` of `scripts/rows.ts` makes. */
export function toRecord(sid: string, row: unknown): SessionRecord {
  const [head = '', binding = '', address = '', profile = '', ...data] = textOf(row).split('\n')
  const numbers = head.split(' ').map(Number)
  const [gen = 0, rotatedAt = 0, epoch = 0, createdAt = 0, idleExpiresAt = 0, absoluteExpiresAt = 0] = numbers
  const [revokedAt, used, code = 0] = numbers.slice(6)
  const reason = reasonOf(code)
  // One call, for three lines.
  const [[secretHash = '', clientId, jkt] = [], [ip] = [], [subject = '', tenant, device] = []] = listsOf(
    `[${binding},[${address}],${profile}]`,
  )
  return Object.freeze({
    sid,
    secretHash,
    subject,
    tenant,
    clientId,
    jkt,
    gen,
    rotatedAt,
    used: used === 1,
    epoch,
    issuer: '',
    provider: undefined,
    dataVersion: 1,
    idleTimeout: 0,
    createdAt,
    idleExpiresAt,
    absoluteExpiresAt,
    revokedAt: reason === undefined ? undefined : revokedAt,
    reason,
    device,
    ip,
    data: data.join('\n'),
  })
}

/** Lists of texts, of a list in JSON; `undefined` for `null`. */
function listsOf(json: string): (string | undefined)[][] {
  return listOf(JSON.parse(json)).map((texts) =>
    listOf(texts).map((text) => (typeof text === 'string' ? text : undefined)),
  )
}
