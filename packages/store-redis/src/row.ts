import type { NewSession, ProviderSession, RotateInput, SessionRecord } from '@countersign/stores'
import { providerName } from './keys.ts'
import { listOf, textOf } from './reply.ts'
import { reasonOf } from './reasons.ts'

// A session is one value (`scripts/row.ts`): a hash with this many fields takes more than twice the memory. Scripts
// read its numbers, and whole lines of its body: binding, address, issuer, provider, profile, data. All except the data
// are JSON, so a missing value (`null`) differs from an empty one, and no text contains a line break.

/** The client and key that a refresh token was issued to. Scripts compare it as text. */
export function bindingOf({
  secretHash,
  clientId,
  jkt,
}: Pick<RotateInput, 'secretHash' | 'clientId' | 'jkt'>): string {
  return JSON.stringify([secretHash, clientId ?? null, jkt ?? null])
}

/** A text, or `null`. */
export function jsonOf(text: string | undefined): string {
  return JSON.stringify(text ?? null)
}

/** The names by which `sessionsOf` finds a session. */
export function providerNamesOf(provider: ProviderSession | undefined): string[] {
  if (provider === undefined) return []
  const { issuer, sid, subject } = provider
  const names = [providerName({ issuer, subject })]
  return sid === undefined ? names : [...names, providerName({ issuer, sid })]
}

/** The part of a new session that is not numbers. */
export function bodyOf(session: NewSession): string {
  const { subject, tenant, issuer, device, ip, data } = session
  return [
    bindingOf(session),
    jsonOf(ip),
    jsonOf(issuer),
    providerNamesOf(session.provider).join('\t'),
    JSON.stringify([subject, tenant ?? null, device ?? null]),
    data,
  ].join('\n')
}

/** Reads a row from the text that `describe` of `scripts/row.ts` creates. */
export function toRecord(sid: string, row: unknown): SessionRecord {
  const [head = '', binding = '', address = '', issuerLine = '', provider = '', profile = '', ...data] =
    textOf(row).split('\n')
  const numbers = head.split(' ').map(Number)
  const [gen = 0, rotatedAt = 0, epoch = 0, dataVersion = 0, createdAt = 0] = numbers
  const [idleTimeout = 0, idleExpiresAt = 0, absoluteExpiresAt = 0, revokedAt, used, code = 0] =
    numbers.slice(5)
  const reason = reasonOf(code)
  // One call for all three lines.
  const [[secretHash = '', clientId, jkt] = [], [ip, issuer = ''] = [], [subject = '', tenant, device] = []] =
    listsOf(`[${binding},[${address},${issuerLine}],${profile}]`)
  return Object.freeze({
    sid,
    secretHash,
    subject,
    tenant,
    issuer,
    clientId,
    jkt,
    provider: provider === '' ? undefined : toProvider(provider),
    gen,
    rotatedAt,
    used: used === 1,
    epoch,
    dataVersion,
    createdAt,
    idleTimeout,
    idleExpiresAt,
    absoluteExpiresAt,
    revokedAt: reason === undefined ? undefined : revokedAt,
    reason,
    device,
    ip,
    data: data.join('\n'),
  })
}

function toProvider(names: string): ProviderSession {
  const [[issuer = '', , subject = ''] = [], [, , sid] = []] = listsOf(`[${names.replaceAll('\t', ',')}]`)
  return Object.freeze({ issuer, sid, subject })
}

/** Reads lists of texts from a list in JSON; `undefined` for `null`. */
function listsOf(json: string): (string | undefined)[][] {
  return listOf(JSON.parse(json)).map((texts) =>
    listOf(texts).map((text) => (typeof text === 'string' ? text : undefined)),
  )
}
