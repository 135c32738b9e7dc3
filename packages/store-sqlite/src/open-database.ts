import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { createFile, isMissing, watchFile } from './database-file.ts'
import { unavailable } from './errors.ts'
import { nodeSqlite } from './node-sqlite.ts'
import { assertSchema, notInitialised } from './schema.ts'

/**
 * Milliseconds that SQLite itself waits for a lock. During this time the whole process is blocked. Most writes of other
 * processes end within it; for longer ones, the transaction is retried a little later and the event loop continues.
 */
export const BUSY_TIMEOUT = 2

/**
 * With the write-ahead log, only FULL makes a commit survive a loss of power; otherwise it survives only a crash of the
 * process (https://sqlite.org/pragma.html#pragma_synchronous). macOS needs `fullfsync` for the same.
 */
const PRAGMAS = 'PRAGMA synchronous = FULL; PRAGMA fullfsync = ON'

/** An open database. */
export interface OpenDatabase {
  readonly database: DatabaseSync
  /** Whether it belongs to the application. */
  readonly isForeign: boolean
  /** A prepared statement, cached by its text. */
  readonly sql: (text: string) => StatementSync
  hasTables: boolean
}

/** Opens a database at first use, and again after its file was replaced. */
export interface Opener {
  /**
   * @param creates whether to create the file if it is missing
   * @throws `StoreUnavailableError` if the file was deleted or replaced; also errors of SQLite
   */
  readonly open: (creates?: boolean) => OpenDatabase
  /** @throws the same, and `Error` if the tables are missing or outdated */
  readonly openWithTables: () => OpenDatabase
  /** The database that is open now. */
  readonly current: () => OpenDatabase | undefined
  readonly close: () => void
}

export function createOpener(source: string | DatabaseSync): Opener {
  const { DatabaseSync: Database } = nodeSqlite()
  let current: (OpenDatabase & { readonly isThere: () => boolean }) | undefined
  let wasOpen = false
  let isClosed = false

  function open(creates = false): OpenDatabase {
    if (isClosed) throw unavailable(new Error('the store was closed'))
    if (current === undefined) {
      if (creates && typeof source === 'string') createFile(source)
      const isForeign = typeof source !== 'string'
      const database = isForeign ? source : new Database(source, { timeout: BUSY_TIMEOUT })
      database.exec(PRAGMAS)
      current = {
        database,
        isForeign,
        sql: preparer(database),
        isThere: watchFile(database),
        hasTables: false,
      }
      wasOpen = true
    }
    if (current.isThere()) return current
    drop()
    throw unavailable(new Error('the database file was deleted or replaced'))
  }

  /** The next call opens the file that is then at the path. A database of the application stays open. */
  function drop(): void {
    if (current === undefined || current.isForeign) return
    const { database } = current
    current = undefined
    database.close()
  }

  return {
    open,
    openWithTables: () => {
      if (typeof source === 'string' && current === undefined && isMissing(source)) {
        throw wasOpen ? unavailable(new Error('the database file was deleted')) : notInitialised()
      }
      const opened = open()
      if (!opened.hasTables) assertSchema(opened.database)
      opened.hasTables = true
      return opened
    },
    current: () => current,
    close: () => {
      drop()
      isClosed = true
      current = undefined
    },
  }
}

/** Prepares each statement once. */
function preparer(database: DatabaseSync): (text: string) => StatementSync {
  const statements = new Map<string, StatementSync>()
  return (text) => {
    let statement = statements.get(text)
    if (statement === undefined) {
      statement = database.prepare(text)
      statements.set(text, statement)
    }
    return statement
  }
}
