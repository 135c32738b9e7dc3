import {
  dataRevocation,
  decideChange,
  decideCreation,
  decideRotation,
  readListCursor,
  sessionRevocation,
  sessionState,
  subjectRevocation,
  subjectTagOf,
  toSessionList,
} from '@countersign/stores'
import type { EndReason, SessionRecord, SessionStore, SubjectRevocation } from '@countersign/stores'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Connection, Transaction } from './connection.ts'
import { epochOf, raiseEpoch } from './epochs.ts'
import { findEnds, rememberEnd } from './provider-ends.ts'
import { appendRevocations } from './revocation-log.ts'
import {
  advanceSession,
  changeSession,
  deleteSessions,
  endSession,
  findSession,
  insertSession,
  liftSession,
  liveSessionsOf,
  liveSessionsOfProvider,
  liveSessionsUpTo,
  partOfSessions,
} from './session-rows.ts'

/** How many sessions `recoverSessions` ends at once: a few milliseconds' work, in which nothing else runs. */
const BATCH = 200

/** The operations on sessions, each a transaction. */
export function createSessions({ read, write }: Connection): Omit<SessionStore, 'prune'> {
  return {
    mayLoseWrites: false,

    now: () => read(({ now }) => now),

    createSession: (input) =>
      write((tx) => {
        const { sid, provider } = input.session
        if (findSession(tx, sid) !== undefined) {
          throw new Error('countersign: a session of this sid exists already')
        }
        const tag = subjectTagOf(sid)
        const asksForOthers = input.limit !== undefined || input.replaces !== undefined
        const { outcome, session, ended } = decideCreation(input, {
          rows: asksForOthers ? liveSessionsOf(tx, tag) : [],
          epoch: epochOf(tx, tag),
          now: tx.now,
          providerEnds: provider === undefined ? undefined : findEnds(tx, provider),
        })
        for (const row of ended) end(tx, row, row.reason, input.revokeFor)
        if (session !== undefined) insertSession(tx, session)
        const evicted = ended.filter(({ reason }) => reason === 'evicted').map((row) => row.sid)
        return { now: tx.now, outcome, session, evicted }
      }),

    findSession: (sid) =>
      read((tx) => ({ now: tx.now, session: findSession(tx, sid), epoch: epochOf(tx, subjectTagOf(sid)) })),

    rotate: (input) =>
      write((tx) => {
        const row = findSession(tx, input.sid)
        const epoch = epochOf(tx, subjectTagOf(input.sid))
        const { outcome, changes } = decideRotation(input, { row, epoch, now: tx.now, mayLoseWrites: false })
        if (row === undefined || Object.keys(changes).length === 0) {
          return { now: tx.now, outcome, session: row }
        }
        const session = Object.freeze({ ...row, ...changes })
        if (session.reason === undefined) advanceSession(tx, row, session)
        else end(tx, row, session.reason, input.revokeFor)
        return { now: tx.now, outcome, session }
      }),

    changeSession: (input) =>
      write((tx) => {
        const row = findSession(tx, input.sid)
        const epoch = epochOf(tx, subjectTagOf(input.sid))
        const { outcome, changes } = decideChange(input, { row, epoch, now: tx.now })
        if (row === undefined || outcome !== 'changed') return { now: tx.now, outcome, session: row }
        const session = Object.freeze({ ...row, ...changes })
        changeSession(tx, session)
        appendRevocations(tx, [dataRevocation(session, tx.now + input.revokeFor)])
        return { now: tx.now, outcome, session }
      }),

    endSession: (sid, reason, revokeFor) =>
      write((tx) => {
        const row = findSession(tx, sid)
        if (row === undefined || !isLive(tx, row)) return false
        end(tx, row, reason, revokeFor)
        return true
      }),

    raiseEpoch: (input) =>
      write((tx) => {
        const { subjectTag, exceptSid } = input
        const row = exceptSid === undefined ? undefined : findSession(tx, exceptSid)
        const kept = row !== undefined && subjectTagOf(row.sid) === subjectTag && isLive(tx, row)
        const epoch = raise(tx, input, kept ? exceptSid : input.keptElsewhere)
        if (kept) liftSession(tx, row.sid, epoch)
        return { now: tx.now, epoch, kept }
      }),

    eraseSubject: (input) =>
      write((tx) => {
        const erased = deleteSessions(tx, input.subjectTag)
        return { now: tx.now, epoch: raise(tx, input, undefined), erased }
      }),

    listSessions: async (subjectTag, { limit, after }) => {
      const from = readListCursor(after)
      return read((tx) => toSessionList(tx.now, partOfSessions(tx, subjectTag, from, limit + 1), limit))
    },

    sessionsOf: (query) => read((tx) => ({ now: tx.now, sessions: liveSessionsOfProvider(tx, query) })),

    endProviderSessions: (query, revokeFor) =>
      write((tx) => {
        const rows = liveSessionsOfProvider(tx, query)
        for (const row of rows) end(tx, row, 'provider', revokeFor)
        rememberEnd(tx, query)
        return { now: tx.now, ended: rows.map(({ sid }) => sid) }
      }),

    checkSession: (subjectTag, sid) =>
      read((tx) => {
        const isOfSubject = sid !== undefined && subjectTagOf(sid) === subjectTag
        const row = isOfSubject ? findSession(tx, sid) : undefined
        const epoch = epochOf(tx, subjectTag)
        const state = sessionState(row, epoch, tx.now)
        return { now: tx.now, state, epoch, dataVersion: row?.dataVersion ?? 0 }
      }),

    recoverSessions: async (since, revokeFor) => {
      let ended = 0
      for (;;) {
        const count = await write((tx) => {
          const rows = liveSessionsUpTo(tx, since, BATCH)
          for (const row of rows) end(tx, row, 'recovered', revokeFor)
          return rows.length
        })
        ended += count
        if (count < BATCH) return ended
        await nextTurn()
      }
    },
  }
}

/** Leaves a tombstone, and appends what verifiers must know. */
function end(tx: Transaction, row: SessionRecord, reason: EndReason, revokeFor: number): void {
  endSession(tx, row.sid, reason)
  appendRevocations(tx, [sessionRevocation(row, tx.now + revokeFor)])
}

/** @returns the new epoch */
function raise(tx: Transaction, input: SubjectRevocation, except: string | undefined): number {
  const epoch = raiseEpoch(tx, input.subjectTag, input.keepFor)
  appendRevocations(tx, [subjectRevocation(input, epoch, except, tx.now + input.revokeFor)])
  return epoch
}

function isLive(tx: Transaction, row: SessionRecord): boolean {
  return sessionState(row, epochOf(tx, subjectTagOf(row.sid)), tx.now) === 'live'
}
