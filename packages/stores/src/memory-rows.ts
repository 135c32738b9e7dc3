import type { ProviderEnds } from './decide-creation.ts'
import { providerKey, type MemoryTables } from './memory-tables.ts'
import { sessionRevocation, subjectRevocation } from './revocation-entries.ts'
import type { SubjectRevocation } from './session-operations.ts'
import type { EndReason, ProviderSession, SessionRecord } from './session-record.ts'
import { sessionState, subjectTagOf } from './session-state.ts'

/** The epoch of a subject; 0 if it was never raised. */
export function epochOf({ epochs }: MemoryTables, subjectTag: string): number {
  return epochs.get(subjectTag)?.epoch ?? 0
}

export function isLive(tables: MemoryTables, row: SessionRecord, now: number): boolean {
  return sessionState(row, epochOf(tables, subjectTagOf(row.sid)), now) === 'live'
}

export function writeRow(tables: MemoryTables, row: SessionRecord): SessionRecord {
  tables.putSession(Object.freeze(row))
  return row
}

/** Ends live sessions, and appends to the log what verifiers must know. */
export function endRows(
  tables: MemoryTables,
  rows: readonly SessionRecord[],
  reason: EndReason,
  now: number,
  revokeFor: number,
): void {
  for (const row of rows) writeRow(tables, { ...row, revokedAt: now, reason })
  logEnds(tables, rows, now, revokeFor)
}

/** Appends the ends of sessions to the log. */
export function logEnds(
  { log }: MemoryTables,
  rows: readonly SessionRecord[],
  now: number,
  revokeFor: number,
): void {
  const entries = rows.map((row) => sessionRevocation(row, now + revokeFor))
  log.append(entries, now)
}

/** Raises the epoch of a subject, and appends this to the log. @returns the new epoch */
export function raiseSubject(
  { epochs, log }: MemoryTables,
  input: SubjectRevocation,
  except: string | undefined,
  now: number,
): number {
  const previous = epochs.get(input.subjectTag)
  const epoch = Math.max((previous?.epoch ?? 0) + 1, now)
  epochs.set(input.subjectTag, { epoch, until: Math.max(previous?.until ?? 0, now + input.keepFor) })
  log.append([subjectRevocation(input, epoch, except, now + input.revokeFor)], now)
  return epoch
}

/** What the store remembers about the provider's session from which a new session is started. */
export function findEnds(tables: MemoryTables, provider: ProviderSession, now: number): ProviderEnds {
  const { issuer, sid, subject } = provider
  return {
    session: sid === undefined ? undefined : endOf(tables, providerKey({ issuer, sid }), now),
    subject: endOf(tables, providerKey({ issuer, subject }), now),
  }
}

function endOf({ providerEnds }: MemoryTables, key: string, now: number): number | undefined {
  const kept = providerEnds.get(key)
  return kept !== undefined && now < kept.until ? kept.at : undefined
}
