import { decideCreation, decideRotation, sessionState, subjectTagOf } from '@countersign/stores'
import type { SessionRecord, Store, StoreOptions } from '@countersign/stores'
import { assertNames, OptionError } from '@countersign/core/toolkit'
import type { DatabaseSync } from 'node:sqlite'
import { createConnection, type Transaction } from './connection.ts'
import { epochOf, raiseEpoch } from './epochs.ts'
import { pruneTables } from './prune.ts'
import { readKeyRing, writeKeyRing } from './key-rings.ts'
import { useOnce } from './used-ids.ts'
import {
  advanceSession,
  endLiveSessionsUpTo,
  endSession,
  findLiveSessions,
  findSession,
  insertSession,
  liftSession,
} from './session-rows.ts'

/** A store in an SQLite database. */
export interface SqliteStore extends Store {
  /** Closes the file. A database that was handed in is left open. */
  close(): void
}

/**
 * A store in a file, for one machine: all processes that open the file share it. Durable: what was answered survives a
 * crash and the loss of power. Call `init()` once at start.
 *
 * @param source path of the file, or a database that is open already
 * @throws `Error` where the runtime has no `node:sqlite` (Node 22.13), `OptionError` where the path is none
 * @example
 * ```ts
 * const store = sqliteStore('/var/lib/shop/auth.sqlite')
 * await store.init()
 * ```
 */
export function sqliteStore(source: string | DatabaseSync, options: StoreOptions = {}): SqliteStore {
  assertSource(source)
  assertNames<StoreOptions>(options, { now: true }, 'options')
  const { now = Date.now } = options
  if (typeof now !== 'function') throw new OptionError('now', 'must be a function')
  const { init, read, write, close } = createConnection(source, now)

  return Object.freeze<SqliteStore>({
    mayLoseWrites: false,
    init,
    close,

    async createSession(input) {
      return write((tx) => {
        const { sid } = input.session
        if (findSession(tx, sid) !== undefined) {
          throw new Error('countersign: a session of this sid exists already')
        }
        const tag = subjectTagOf(sid)
        const epoch = epochOf(tx, tag)
        const asksForOthers = input.limit !== undefined || input.replaces !== undefined
        const rows = asksForOthers ? findLiveSessions(tx, tag, epoch) : []
        const { session, ended } = decideCreation(input, { rows, epoch, now: tx.now })
        for (const row of ended) endSession(tx, row.sid, row.reason)
        if (session !== undefined) insertSession(tx, session, input.idleTimeout)
        const evicted = ended.filter(({ reason }) => reason === 'evicted').map((row) => row.sid)
        return { now: tx.now, session, evicted }
      })
    },

    async rotate(input) {
      return write((tx) => {
        const row = findSession(tx, input.sid)
        const epoch = epochOf(tx, subjectTagOf(input.sid))
        const { outcome, changes } = decideRotation(input, { row, epoch, now: tx.now, mayLoseWrites: false })
        if (row === undefined || Object.keys(changes).length === 0)
          return { now: tx.now, outcome, session: row }
        const session = Object.freeze({ ...row, ...changes })
        if (session.reason !== undefined) endSession(tx, session.sid, session.reason)
        else advanceSession(tx, row, session, input.idleTimeout)
        return { now: tx.now, outcome, session }
      })
    },

    async endSession(sid, reason) {
      return write((tx) => {
        const row = findSession(tx, sid)
        if (row === undefined || !isLive(tx, row)) return false
        endSession(tx, sid, reason)
        return true
      })
    },

    async raiseEpoch(subjectTag, keepFor, exceptSid) {
      return write((tx) => {
        const kept = exceptSid === undefined ? undefined : findSession(tx, exceptSid)
        const survives = kept !== undefined && subjectTagOf(kept.sid) === subjectTag && isLive(tx, kept)
        const epoch = raiseEpoch(tx, subjectTag, keepFor)
        if (survives) liftSession(tx, kept.sid, epoch)
        return epoch
      })
    },

    async listSessions(subjectTag) {
      return read((tx) => {
        return { now: tx.now, sessions: findLiveSessions(tx, subjectTag, epochOf(tx, subjectTag)) }
      })
    },

    async checkSession(subjectTag, sid) {
      return read((tx) => {
        const isOfSubject = sid !== undefined && subjectTagOf(sid) === subjectTag
        const row = isOfSubject ? findSession(tx, sid) : undefined
        const epoch = epochOf(tx, subjectTag)
        return { now: tx.now, state: sessionState(row, epoch, tx.now), epoch }
      })
    },

    async recoverSessions(since) {
      return write((tx) => endLiveSessionsUpTo(tx, since))
    },
    async prune(limit) {
      return write((tx) => pruneTables(tx, limit))
    },
    async useOnce(purpose, id, expiresAt) {
      return write((tx) => useOnce(tx, purpose, id, expiresAt))
    },
    async readKeyRing(ring) {
      return read((tx) => readKeyRing(tx, ring))
    },
    async writeKeyRing(ring, expectedVersion, content) {
      return write((tx) => writeKeyRing(tx, ring, expectedVersion, content))
    },
  })
}

function isLive(tx: Transaction, row: SessionRecord): boolean {
  return sessionState(row, epochOf(tx, subjectTagOf(row.sid)), tx.now) === 'live'
}

function assertSource(source: unknown): void {
  if (typeof source === 'object' && source !== null) return
  if (typeof source !== 'string' || source === '') {
    throw new OptionError('source', 'must be the path of a file, or a DatabaseSync of node:sqlite')
  }
  if (source.startsWith('file:')) {
    throw new OptionError('source', 'must be a path: for a URI, hand in `new DatabaseSync(uri)`')
  }
}
