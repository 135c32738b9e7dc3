import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { createFile, isMissing, watchFile } from './database-file.ts'
import { unavailable } from './errors.ts'
import { nodeSqlite } from './node-sqlite.ts'
import { assertSchema, notInitialised } from './schema.ts'

/**
 * Milliseconds that SQLite itself waits for a lock, in which nothing else runs in this process. Most writes of others
 * are over by then; for longer ones the event loop goes on, and the transaction is begun again a little later.
 */
export const BUSY_TIMEOUT = 2

/**
 * With the write-ahead log, FULL is what makes a commit survive the loss of power, and not only of the process
 * (https://sqlite.org/pragma.html#pragma_synchronous); macOS needs `fullfsync` for the same.
 */
const PRAGMAS = 'PRAGMA synchronous = FULL; PRAGMA fullfsync = ON'

/** A database that is open. */
export interface OpenDatabase {
  readonly database: DatabaseSync
  /** Whether it is the application's. */
  readonly isForeign: boolean
  /** A statement, prepared once. */
  readonly sql: (text: string) => StatementSync
  hasTables: boolean
}

/** Opens a database when it is first needed, and again where its file was replaced. */
export interface Opener {
  /**
   * @param creates whether a file that is missing is made first
   * @throws `StoreUnavailableError` if the file was deleted or replaced, and what SQLite throws
   */
  readonly open: (creates?: boolean) => OpenDatabase
  /** @throws also `Error` if the tables are missing or outdated */
  readonly openWithTables: () => OpenDatabase
  /** What is open now. */
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

  /** What is at the path by then is opened the next time. A database of the application stays as it is. */
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

/** Prepares statements, each once. */
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
