import { createMemoryLog, type MemoryLog } from './memory-log.ts'
import { createSweeper } from './memory-sweeper.ts'
import { sessionState, subjectTagOf } from './session-state.ts'
import type { ProviderQuery } from './session-operations.ts'
import type { ProviderSession, SessionRecord } from './session-record.ts'

/** A row that must be kept until a time. */
interface Kept {
  readonly until: number
}

/** The epoch of a subject. */
export interface KeptEpoch extends Kept {
  readonly epoch: number
}

/** When an identity provider ended a session, or all sessions of a subject. */
export interface KeptEnd extends Kept {
  readonly at: number
}

/** Rows in maps. Every write calls `sweep`, so expired rows are deleted when new ones are added. */
export interface MemoryTables {
  readonly epochs: Map<string, KeptEpoch>
  readonly usedIds: Map<string, Kept>
  /** By `providerKey`. */
  readonly providerEnds: Map<string, KeptEnd>
  readonly sessions: ReadonlyMap<string, SessionRecord>
  readonly log: MemoryLog
  sessionsOf(subjectTag: string): SessionRecord[]
  sessionsOfProvider(key: string): SessionRecord[]
  putSession(row: SessionRecord): void
  deleteSession(row: SessionRecord): void
  /**
   * Checks the next few rows of each table and deletes those that are no longer needed. Its cost does not grow with the
   * table.
   */
  sweep(now: number): void
  /** Checks all rows, until `limit` rows are deleted. */
  prune(now: number, limit: number): number
}

/** Checks two rows for each new row, so the sweep passes a whole table before the table has grown by half. */
const ROWS_PER_SWEEP = 2

export function createMemoryTables(): MemoryTables {
  const sessions = new Map<string, SessionRecord>()
  const byTag = createIndex()
  const byProvider = createIndex()
  const epochs = new Map<string, KeptEpoch>()
  const usedIds = new Map<string, Kept>()
  const providerEnds = new Map<string, KeptEnd>()
  const log = createMemoryLog()

  const deleteSession = (row: SessionRecord): void => {
    sessions.delete(row.sid)
    byTag.remove(subjectTagOf(row.sid), row.sid)
    for (const key of providerKeys(row.provider)) byProvider.remove(key, row.sid)
  }
  const rowsOf = (sids: Iterable<string>): SessionRecord[] =>
    [...sids].map((sid) => sessions.get(sid)).filter((row) => row !== undefined)
  const sweepers = [
    createSweeper(sessions, isSessionOver, (_, row) => deleteSession(row)),
    createSweeper(epochs, isForgettable, (tag) => epochs.delete(tag)),
    createSweeper(usedIds, isForgettable, (id) => usedIds.delete(id)),
    createSweeper(providerEnds, isForgettable, (key) => providerEnds.delete(key)),
    createSweeper(
      log.entries,
      ({ expiresAt }, now) => now >= expiresAt,
      (number) => log.forget(number),
    ),
  ]

  return {
    sessions,
    epochs,
    usedIds,
    providerEnds,
    log,
    sessionsOf: (subjectTag) => rowsOf(byTag.get(subjectTag)),
    sessionsOfProvider: (key) => rowsOf(byProvider.get(key)),
    putSession: (row) => {
      sessions.set(row.sid, row)
      byTag.add(subjectTagOf(row.sid), row.sid)
      for (const key of providerKeys(row.provider)) byProvider.add(key, row.sid)
    },
    deleteSession,
    sweep: (now) => {
      for (const sweeper of sweepers) sweeper.sweep(now, ROWS_PER_SWEEP)
    },
    prune: (now, limit) => {
      let deleted = 0
      for (const sweeper of sweepers) deleted += sweeper.prune(now, limit - deleted)
      return deleted
    },
  }
}

/**
 * The key by which a session or a subject of an identity provider is found. Lengths first: two different ones never get
 * the same key.
 */
export function providerKey(query: ProviderQuery): string {
  const { issuer } = query
  const name = query.sid === undefined ? `subject:${query.subject}` : `sid:${query.sid}`
  return `${issuer.length}:${issuer}${name}`
}

function providerKeys(provider: ProviderSession | undefined): string[] {
  if (provider === undefined) return []
  const { issuer, sid, subject } = provider
  const keys = [providerKey({ issuer, subject })]
  return sid === undefined ? keys : [...keys, providerKey({ issuer, sid })]
}

/** Sids by a key. */
interface Index {
  get(key: string): Iterable<string>
  add(key: string, sid: string): void
  remove(key: string, sid: string): void
}

function createIndex(): Index {
  const sidsByKey = new Map<string, Set<string>>()
  return {
    get: (key) => sidsByKey.get(key) ?? [],
    add: (key, sid) => {
      const sids = sidsByKey.get(key)
      if (sids === undefined) sidsByKey.set(key, new Set([sid]))
      else sids.add(sid)
    },
    remove: (key, sid) => {
      const sids = sidsByKey.get(key)
      sids?.delete(sid)
      if (sids?.size === 0) sidsByKey.delete(key)
    },
  }
}

/** Tombstones stay until their absolute expiry: they distinguish a token that was ended from an unknown one. */
function isSessionOver(row: SessionRecord, now: number): boolean {
  return now >= row.absoluteExpiresAt || sessionState(row, 0, now) === 'expired'
}

function isForgettable({ until }: Kept, now: number): boolean {
  return now >= until
}
