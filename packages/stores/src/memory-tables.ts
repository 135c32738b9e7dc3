import { sessionState, subjectTagOf } from './session-state.ts'
import type { SessionRecord } from './session-store.ts'

/** What must not be forgotten before a time. */
interface Kept {
  readonly until: number
}

/** The epoch of a subject. */
export interface KeptEpoch extends Kept {
  readonly epoch: number
}

/** Rows in maps. Whoever writes calls `sweep`, so what is over goes as new rows come. */
export interface MemoryTables {
  readonly epochs: Map<string, KeptEpoch>
  readonly usedIds: Map<string, Kept>
  readonly sessions: ReadonlyMap<string, SessionRecord>
  sessionsOf(subjectTag: string): SessionRecord[]
  putSession(row: SessionRecord): void
  /** Looks at the next few rows of each table and deletes those that nobody needs: work that does not grow. */
  sweep(now: number): void
  /** Looks at all rows, until `limit` are deleted. */
  prune(now: number, limit: number): number
}

/** Two rows are looked at for each that comes, so a table is gone through before it has grown by half. */
const ROWS_PER_SWEEP = 2

export function createMemoryTables(): MemoryTables {
  const sessions = new Map<string, SessionRecord>()
  const sidsByTag = new Map<string, Set<string>>()
  const epochs = new Map<string, KeptEpoch>()
  const usedIds = new Map<string, Kept>()

  const deleteSession = (sid: string): void => {
    sessions.delete(sid)
    const tag = subjectTagOf(sid)
    const sids = sidsByTag.get(tag)
    sids?.delete(sid)
    if (sids?.size === 0) sidsByTag.delete(tag)
  }
  const sweepers = [
    createSweeper(sessions, isSessionOver, deleteSession),
    createSweeper(epochs, isForgettable, (tag) => epochs.delete(tag)),
    createSweeper(usedIds, isForgettable, (id) => usedIds.delete(id)),
  ]

  return {
    sessions,
    epochs,
    usedIds,
    sessionsOf: (subjectTag) =>
      [...(sidsByTag.get(subjectTag) ?? [])]
        .map((sid) => sessions.get(sid))
        .filter((row) => row !== undefined),
    putSession: (row) => {
      sessions.set(row.sid, row)
      const tag = subjectTagOf(row.sid)
      const sids = sidsByTag.get(tag)
      if (sids === undefined) sidsByTag.set(tag, new Set([row.sid]))
      else sids.add(row.sid)
    },
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

/** Tombstones stay until their absolute expiry: they are what tells a token that was ended from an unknown one. */
function isSessionOver(row: SessionRecord, now: number): boolean {
  return now >= row.absoluteExpiresAt || sessionState(row, 0, now) === 'expired'
}

function isForgettable({ until }: Kept, now: number): boolean {
  return now >= until
}

/** Deletes from one table. */
interface Sweeper {
  sweep(now: number, rows: number): void
  prune(now: number, limit: number): number
}

function createSweeper<Row>(
  table: ReadonlyMap<string, Row>,
  isOver: (row: Row, now: number) => boolean,
  remove: (key: string) => void,
): Sweeper {
  // A map's iterator goes on where it was, also after rows were added and deleted.
  let cursor = table.entries()
  return {
    sweep: (now, rows) => {
      for (let i = 0; i < rows; i++) {
        const { done, value } = cursor.next()
        if (done === true) {
          cursor = table.entries()
          return
        }
        if (isOver(value[1], now)) remove(value[0])
      }
    },
    prune: (now, limit) => {
      let deleted = 0
      for (const [key, row] of table) {
        if (deleted >= limit) break
        if (!isOver(row, now)) continue
        remove(key)
        deleted++
      }
      return deleted
    },
  }
}
