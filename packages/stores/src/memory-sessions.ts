import { decideChange } from './decide-change.ts'
import { byAge, decideCreation } from './decide-creation.ts'
import { decideRotation } from './decide-rotation.ts'
import { readListCursor, toSessionList } from './list-cursor.ts'
import { endRows, epochOf, findEnds, isLive, logEnds, raiseSubject, writeRow } from './memory-rows.ts'
import { providerKey, type MemoryTables } from './memory-tables.ts'
import { dataRevocation } from './revocation-entries.ts'
import type {
  ChangeSessionInput,
  ChangeSessionResult,
  CreateSessionInput,
  CreateSessionResult,
  EndedProviderSessions,
  EraseSubjectResult,
  ListOptions,
  ProviderQuery,
  RaiseEpochInput,
  RaiseEpochResult,
  RotateInput,
  RotateResult,
  SessionList,
  SessionStatus,
  SubjectRevocation,
} from './session-operations.ts'
import type { EndReason } from './session-record.ts'
import { sessionState, subjectTagOf } from './session-state.ts'
import { PROVIDER_END_MEMORY, type SessionStore } from './session-store.ts'

/** The part of `memoryStore` that keeps sessions. No operation uses `await`, so each one is atomic. */
export function createMemorySessions(tables: MemoryTables, now: () => number): Omit<SessionStore, 'prune'> {
  return {
    mayLoseWrites: false,
    now: async () => now(),
    createSession: async (input) => createSession(tables, input, now()),
    findSession: async (sid) => ({
      now: now(),
      session: tables.sessions.get(sid),
      epoch: epochOf(tables, subjectTagOf(sid)),
    }),
    rotate: async (input) => rotate(tables, input, now()),
    changeSession: async (input) => changeSession(tables, input, now()),
    endSession: async (sid, reason, revokeFor) => endSession(tables, sid, reason, revokeFor, now()),
    raiseEpoch: async (input) => raiseEpoch(tables, input, now()),
    eraseSubject: async (input) => eraseSubject(tables, input, now()),
    listSessions: async (subjectTag, part) => listSessions(tables, subjectTag, part, now()),
    sessionsOf: async (query) => {
      const time = now()
      const rows = tables.sessionsOfProvider(providerKey(query))
      return { now: time, sessions: rows.filter((row) => isLive(tables, row, time)) }
    },
    endProviderSessions: async (query, revokeFor) => endProviderSessions(tables, query, revokeFor, now()),
    checkSession: async (subjectTag, sid) => checkSession(tables, subjectTag, sid, now()),
    recoverSessions: async (since, revokeFor) => recoverSessions(tables, since, revokeFor, now()),
  }
}

function createSession(tables: MemoryTables, input: CreateSessionInput, now: number): CreateSessionResult {
  const { sid, provider } = input.session
  if (tables.sessions.has(sid)) throw new Error('countersign: a session with this sid already exists')
  tables.sweep(now)
  const tag = subjectTagOf(sid)
  const asksForOthers = input.limit !== undefined || input.replaces !== undefined
  const { outcome, session, ended } = decideCreation(input, {
    rows: asksForOthers ? tables.sessionsOf(tag) : [],
    epoch: epochOf(tables, tag),
    now,
    providerEnds: provider === undefined ? undefined : findEnds(tables, provider, now),
  })
  for (const row of ended) writeRow(tables, row)
  logEnds(tables, ended, now, input.revokeFor)
  if (session !== undefined) writeRow(tables, session)
  const evicted = ended.filter(({ reason }) => reason === 'evicted').map((row) => row.sid)
  return { now, outcome, session, evicted }
}

function rotate(tables: MemoryTables, input: RotateInput, now: number): RotateResult {
  const row = tables.sessions.get(input.sid)
  const epoch = epochOf(tables, subjectTagOf(input.sid))
  const { outcome, changes } = decideRotation(input, { row, epoch, now, mayLoseWrites: false })
  if (row === undefined || Object.keys(changes).length === 0) return { now, outcome, session: row }
  if (outcome === 'reused') logEnds(tables, [row], now, input.revokeFor)
  return { now, outcome, session: writeRow(tables, { ...row, ...changes }) }
}

function changeSession(tables: MemoryTables, input: ChangeSessionInput, now: number): ChangeSessionResult {
  const row = tables.sessions.get(input.sid)
  const epoch = epochOf(tables, subjectTagOf(input.sid))
  const { outcome, changes } = decideChange(input, { row, epoch, now })
  if (row === undefined || outcome !== 'changed') return { now, outcome, session: row }
  tables.sweep(now)
  const session = writeRow(tables, { ...row, ...changes })
  tables.log.append([dataRevocation(session, now + input.revokeFor)], now)
  return { now, outcome, session }
}

function endSession(
  tables: MemoryTables,
  sid: string,
  reason: EndReason,
  revokeFor: number,
  now: number,
): boolean {
  const row = tables.sessions.get(sid)
  if (row === undefined || !isLive(tables, row, now)) return false
  endRows(tables, [row], reason, now, revokeFor)
  return true
}

function raiseEpoch(tables: MemoryTables, input: RaiseEpochInput, now: number): RaiseEpochResult {
  tables.sweep(now)
  const { subjectTag, exceptSid } = input
  const row = exceptSid === undefined ? undefined : tables.sessions.get(exceptSid)
  const kept = row !== undefined && subjectTagOf(row.sid) === subjectTag && isLive(tables, row, now)
  const epoch = raiseSubject(tables, input, kept ? exceptSid : input.keptElsewhere, now)
  if (kept) writeRow(tables, { ...row, epoch })
  return { now, epoch, kept }
}

function eraseSubject(tables: MemoryTables, input: SubjectRevocation, now: number): EraseSubjectResult {
  tables.sweep(now)
  const rows = tables.sessionsOf(input.subjectTag)
  for (const row of rows) tables.deleteSession(row)
  const epoch = raiseSubject(tables, input, undefined, now)
  return { now, epoch, erased: rows.map(({ sid }) => sid) }
}

function listSessions(
  tables: MemoryTables,
  subjectTag: string,
  { limit, after }: ListOptions,
  now: number,
): SessionList {
  const from = readListCursor(after)
  const rows = tables
    .sessionsOf(subjectTag)
    .filter((row) => isLive(tables, row, now) && (from === undefined || byAge(row, from) < 0))
    .toSorted((a, b) => byAge(b, a))
  return toSessionList(now, rows, limit)
}

function endProviderSessions(
  tables: MemoryTables,
  query: ProviderQuery,
  revokeFor: number,
  now: number,
): EndedProviderSessions {
  tables.sweep(now)
  const key = providerKey(query)
  const rows = tables.sessionsOfProvider(key).filter((row) => isLive(tables, row, now))
  endRows(tables, rows, 'provider', now, revokeFor)
  tables.providerEnds.set(key, { at: now, until: now + PROVIDER_END_MEMORY })
  return { now, ended: rows.map(({ sid }) => sid) }
}

function checkSession(
  tables: MemoryTables,
  subjectTag: string,
  sid: string | undefined,
  now: number,
): SessionStatus {
  const isOfSubject = sid !== undefined && subjectTagOf(sid) === subjectTag
  const row = isOfSubject ? tables.sessions.get(sid) : undefined
  const epoch = epochOf(tables, subjectTag)
  return { now, state: sessionState(row, epoch, now), epoch, dataVersion: row?.dataVersion ?? 0 }
}

function recoverSessions(tables: MemoryTables, since: number, revokeFor: number, now: number): number {
  const lost = [...tables.sessions.values()].filter(
    (row) => row.createdAt <= since && isLive(tables, row, now),
  )
  endRows(tables, lost, 'recovered', now, revokeFor)
  return lost.length
}
