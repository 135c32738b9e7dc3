import { decideChange } from './decide-change.ts'
import { byAge, decideCreation, type ProviderEnds } from './decide-creation.ts'
import { decideRotation } from './decide-rotation.ts'
import { readListCursor, toSessionList } from './list-cursor.ts'
import { providerKey, type MemoryTables } from './memory-tables.ts'
import { dataRevocation, sessionRevocation, subjectRevocation } from './revocation-entries.ts'
import type { SubjectRevocation } from './session-operations.ts'
import type { EndReason, ProviderSession, SessionRecord } from './session-record.ts'
import { sessionState, subjectTagOf } from './session-state.ts'
import { PROVIDER_END_MEMORY, type SessionStore } from './session-store.ts'

/** The part of `memoryStore` that keeps sessions. Nothing here awaits, so every operation is atomic. */
export function createMemorySessions(tables: MemoryTables, now: () => number): Omit<SessionStore, 'prune'> {
  const { sessions, log } = tables
  const epochOf = (subjectTag: string): number => tables.epochs.get(subjectTag)?.epoch ?? 0
  const isLive = (row: SessionRecord, time: number): boolean =>
    sessionState(row, epochOf(subjectTagOf(row.sid)), time) === 'live'
  const write = (row: SessionRecord): SessionRecord => {
    tables.putSession(Object.freeze(row))
    return row
  }
  /** Ends live sessions, and appends what verifiers must know. */
  const end = (rows: readonly SessionRecord[], reason: EndReason, time: number, revokeFor: number): void => {
    for (const row of rows) write({ ...row, revokedAt: time, reason })
    announce(rows, time, revokeFor)
  }
  const announce = (rows: readonly SessionRecord[], time: number, revokeFor: number): void =>
    log.append(
      rows.map((row) => sessionRevocation(row, time + revokeFor)),
      time,
    )
  const raise = (input: SubjectRevocation, except: string | undefined, time: number): number => {
    const previous = tables.epochs.get(input.subjectTag)
    const epoch = Math.max((previous?.epoch ?? 0) + 1, time)
    const until = Math.max(previous?.until ?? 0, time + input.keepFor)
    tables.epochs.set(input.subjectTag, { epoch, until })
    log.append([subjectRevocation(input, epoch, except, time + input.revokeFor)], time)
    return epoch
  }
  const endsOf = ({ issuer, sid, subject }: ProviderSession, time: number): ProviderEnds => {
    const endOf = (key: string): number | undefined => {
      const kept = tables.providerEnds.get(key)
      return kept !== undefined && time < kept.until ? kept.at : undefined
    }
    return {
      session: sid === undefined ? undefined : endOf(providerKey({ issuer, sid })),
      subject: endOf(providerKey({ issuer, subject })),
    }
  }

  return {
    mayLoseWrites: false,
    async now() {
      return now()
    },

    async createSession(input) {
      const time = now()
      const { sid, provider } = input.session
      if (sessions.has(sid)) throw new Error('countersign: a session of this sid exists already')
      tables.sweep(time)
      const tag = subjectTagOf(sid)
      const asksForOthers = input.limit !== undefined || input.replaces !== undefined
      const { outcome, session, ended } = decideCreation(input, {
        rows: asksForOthers ? tables.sessionsOf(tag) : [],
        epoch: epochOf(tag),
        now: time,
        providerEnds: provider === undefined ? undefined : endsOf(provider, time),
      })
      ended.forEach(write)
      announce(ended, time, input.revokeFor)
      if (session !== undefined) write(session)
      const evicted = ended.filter(({ reason }) => reason === 'evicted').map((row) => row.sid)
      return { now: time, outcome, session, evicted }
    },

    async findSession(sid) {
      return { now: now(), session: sessions.get(sid), epoch: epochOf(subjectTagOf(sid)) }
    },

    async rotate(input) {
      const time = now()
      const row = sessions.get(input.sid)
      const epoch = epochOf(subjectTagOf(input.sid))
      const { outcome, changes } = decideRotation(input, { row, epoch, now: time, mayLoseWrites: false })
      if (row === undefined || Object.keys(changes).length === 0) return { now: time, outcome, session: row }
      if (outcome === 'reused') announce([row], time, input.revokeFor)
      return { now: time, outcome, session: write({ ...row, ...changes }) }
    },

    async changeSession(input) {
      const time = now()
      const row = sessions.get(input.sid)
      const epoch = epochOf(subjectTagOf(input.sid))
      const { outcome, changes } = decideChange(input, { row, epoch, now: time })
      if (row === undefined || outcome !== 'changed') return { now: time, outcome, session: row }
      tables.sweep(time)
      const session = write({ ...row, ...changes })
      log.append([dataRevocation(session, time + input.revokeFor)], time)
      return { now: time, outcome, session }
    },

    async endSession(sid, reason, revokeFor) {
      const time = now()
      const row = sessions.get(sid)
      if (row === undefined || !isLive(row, time)) return false
      end([row], reason, time, revokeFor)
      return true
    },

    async raiseEpoch(input) {
      const time = now()
      tables.sweep(time)
      const { subjectTag, exceptSid } = input
      const row = exceptSid === undefined ? undefined : sessions.get(exceptSid)
      const kept = row !== undefined && subjectTagOf(row.sid) === subjectTag && isLive(row, time)
      const epoch = raise(input, kept ? exceptSid : input.keptElsewhere, time)
      if (kept) write({ ...row, epoch })
      return { now: time, epoch, kept }
    },

    async eraseSubject(input) {
      const time = now()
      tables.sweep(time)
      const rows = tables.sessionsOf(input.subjectTag)
      for (const row of rows) tables.deleteSession(row)
      const epoch = raise(input, undefined, time)
      return { now: time, epoch, erased: rows.map(({ sid }) => sid) }
    },

    async listSessions(subjectTag, { limit, after }) {
      const time = now()
      const from = readListCursor(after)
      const rows = tables
        .sessionsOf(subjectTag)
        .filter((row) => isLive(row, time) && (from === undefined || byAge(row, from) < 0))
      return toSessionList(
        time,
        rows.toSorted((a, b) => byAge(b, a)),
        limit,
      )
    },

    async sessionsOf(query) {
      const time = now()
      const rows = tables.sessionsOfProvider(providerKey(query))
      return { now: time, sessions: rows.filter((row) => isLive(row, time)) }
    },

    async endProviderSessions(query, revokeFor) {
      const time = now()
      tables.sweep(time)
      const key = providerKey(query)
      const rows = tables.sessionsOfProvider(key).filter((row) => isLive(row, time))
      end(rows, 'provider', time, revokeFor)
      tables.providerEnds.set(key, { at: time, until: time + PROVIDER_END_MEMORY })
      return { now: time, ended: rows.map(({ sid }) => sid) }
    },

    async checkSession(subjectTag, sid) {
      const time = now()
      const row = sid === undefined || subjectTagOf(sid) !== subjectTag ? undefined : sessions.get(sid)
      const epoch = epochOf(subjectTag)
      return {
        now: time,
        state: sessionState(row, epoch, time),
        epoch,
        dataVersion: row?.dataVersion ?? 0,
      }
    },

    async recoverSessions(since, revokeFor) {
      const time = now()
      const lost = [...sessions.values()].filter((row) => row.createdAt <= since && isLive(row, time))
      end(lost, 'recovered', time, revokeFor)
      return lost.length
    },
  }
}
