import { readListCursor, subjectTagOf, toSessionList, type SessionStore } from '@countersign/stores'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Connection } from './connection.ts'
import { epochOf } from './epochs.ts'
import {
  change,
  check,
  create,
  end,
  endOfProvider,
  erase,
  raise,
  recoverSome,
  rotate,
} from './session-operations.ts'
import { findSession, liveSessionsOfProvider, partOfSessions } from './session-rows.ts'

/** How many sessions `recoverSessions` ends at once. This takes a few milliseconds, in which the process is blocked. */
const BATCH = 200

/** The operations on sessions, each a transaction. */
export function createSessions(connection: Connection): Omit<SessionStore, 'prune'> {
  const { read, write } = connection
  return {
    mayLoseWrites: false,
    now: () => read(({ now }) => now),
    createSession: (input) => write((tx) => create(tx, input)),
    findSession: (sid) =>
      read((tx) => ({ now: tx.now, session: findSession(tx, sid), epoch: epochOf(tx, subjectTagOf(sid)) })),
    rotate: (input) => write((tx) => rotate(tx, input)),
    changeSession: (input) => write((tx) => change(tx, input)),
    endSession: (sid, reason, revokeFor) => write((tx) => end(tx, sid, reason, revokeFor)),
    raiseEpoch: (input) => write((tx) => raise(tx, input)),
    eraseSubject: (input) => write((tx) => erase(tx, input)),
    listSessions: async (subjectTag, { limit, after }) => {
      const from = readListCursor(after)
      return read((tx) => toSessionList(tx.now, partOfSessions(tx, subjectTag, from, limit + 1), limit))
    },
    sessionsOf: (query) => read((tx) => ({ now: tx.now, sessions: liveSessionsOfProvider(tx, query) })),
    endProviderSessions: (query, revokeFor) => write((tx) => endOfProvider(tx, query, revokeFor)),
    checkSession: (subjectTag, sid) => read((tx) => check(tx, subjectTag, sid)),
    recoverSessions: (since, revokeFor) => recoverSessions(connection, since, revokeFor),
  }
}

/** One transaction for each batch: sessions created meanwhile are newer, so none is missed. */
async function recoverSessions({ write }: Connection, since: number, revokeFor: number): Promise<number> {
  let ended = 0
  for (;;) {
    const count = await write((tx) => recoverSome(tx, since, revokeFor, BATCH))
    ended += count
    if (count < BATCH) return ended
    await nextTurn()
  }
}
