import { setTimeout as delay } from 'node:timers/promises'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { createFile, isMissing, watchFile } from './database-file.ts'
import { isBusy, OpenTransactionError, toStoreError, unavailable } from './errors.ts'
import { nodeSqlite } from './node-sqlite.ts'
import type { Settings } from './options.ts'
import { assertSchema, notInitialised, upgradeSchema } from './schema.ts'

/** What the work of a transaction is given. */
export interface Transaction {
  /** The clock, read once the lock was held. */
  readonly now: number
  /** A statement, prepared once per connection. */
  readonly sql: (text: string) => StatementSync
  /** Says that the log got an entry, for those who listen. */
  readonly hasNews: () => void
}

/** A database that is opened when it is first needed. Nothing is awaited within a transaction. */
export interface Connection {
  readonly init: () => Promise<void>
  /** Reads of one moment. */
  readonly read: <T>(work: (transaction: Transaction) => T) => Promise<T>
  /** One at a time, over all processes. On disk when it resolves. */
  readonly write: <T>(work: (transaction: Transaction) => T) => Promise<T>
  /** A number that changes when another connection has written; `undefined` if it cannot be read now. */
  readonly dataVersion: () => number | undefined
  readonly close: () => void
}

/**
 * With the write-ahead log, FULL is what makes a commit survive the loss of power, and not only of the process
 * (https://sqlite.org/pragma.html#pragma_synchronous); macOS needs `fullfsync` for the same.
 */
const PRAGMAS = 'PRAGMA synchronous = FULL; PRAGMA fullfsync = ON'

/**
 * Milliseconds that SQLite itself waits for a lock, in which nothing else runs in this process. Most writes of others
 * are over by then; for longer ones the event loop goes on, and the transaction is begun again a little later.
 */
const BUSY_TIMEOUT = 2

/** Milliseconds from one attempt to the next: not always the same, so that processes do not keep in step. */
const pause = (): number => 5 + Math.random() * 10

/** An open database. */
interface Opened {
  readonly database: DatabaseSync
  readonly sql: (text: string) => StatementSync
  /** Whether its file is still there. */
  readonly isThere: () => boolean
  hasTables: boolean
}

/** @param onNews called after each commit of this connection that has appended to the log */
export function createConnection({ source, now, timeout }: Settings, onNews: () => void): Connection {
  const { DatabaseSync: Database } = nodeSqlite()
  let current: Opened | undefined
  let wasOpen = false
  let isClosed = false

  function open(): Opened {
    if (isClosed) throw unavailable(new Error('the store was closed'))
    if (current === undefined) {
      const database = typeof source === 'string' ? new Database(source, { timeout: BUSY_TIMEOUT }) : source
      database.exec(PRAGMAS)
      const sql = preparer(database)
      current = { database, sql, isThere: watchFile(database), hasTables: false }
      wasOpen = true
    }
    if (!current.isThere()) throw gone(current)
    return current
  }

  /** Lets go of a file that was deleted or replaced. What is at its path by then is opened the next time. */
  function gone({ database }: Opened): Error {
    if (typeof source === 'string') {
      current = undefined
      database.close()
    }
    return unavailable(new Error('the database file was deleted or replaced'))
  }

  function openWithTables(): Opened {
    if (typeof source === 'string' && current === undefined && isMissing(source)) {
      throw wasOpen ? unavailable(new Error('the database file was deleted')) : notInitialised()
    }
    const opened = open()
    if (!opened.hasTables) assertSchema(opened.database)
    opened.hasTables = true
    return opened
  }

  /** Keeps to the rules of a database that is the application's: its transactions, and its patience with locks. */
  function attemptOn<T>(database: DatabaseSync, run: () => T): T {
    if (typeof source === 'string') return run()
    if (database.isTransaction) throw new OpenTransactionError()
    const usual = database.prepare('PRAGMA busy_timeout').get()?.['timeout']
    database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT}`)
    try {
      return run()
    } finally {
      database.exec(`PRAGMA busy_timeout = ${Number(usual ?? 0)}`)
    }
  }

  const attempt = <T>(begin: string, work: (transaction: Transaction) => T): T => {
    const { database, sql } = openWithTables()
    let isNews = false
    const hasNews = (): void => {
      isNews = true
    }
    const result = attemptOn(database, () =>
      inTransaction(database, begin, () => work({ now: now(), sql, hasNews })),
    )
    if (isNews) onNews()
    return result
  }

  return {
    init: async () => {
      if (typeof source === 'string' && !isClosed) createFile(source)
      // Kept in the file. Readers then do not wait for writers.
      await untilFree(timeout, () => open().database.exec('PRAGMA journal_mode = WAL'))
      await untilFree(timeout, () => {
        const opened = open()
        attemptOn(opened.database, () =>
          inTransaction(opened.database, 'BEGIN IMMEDIATE', () => upgradeSchema(opened.database)),
        )
        opened.hasTables = true
      })
    },
    read: (work) => untilFree(timeout, () => attempt('BEGIN', work)),
    write: (work) => untilFree(timeout, () => attempt('BEGIN IMMEDIATE', work)),
    dataVersion: () => {
      try {
        const version = current?.sql('PRAGMA data_version').get()?.['data_version']
        return typeof version === 'number' ? version : undefined
      } catch {
        return undefined
      }
    },
    close: () => {
      if (typeof source === 'string') current?.database.close()
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

/** Tries until no other connection is in the way, or the time is over. What is tried begins anew each time. */
async function untilFree<T>(timeout: number, attempt: () => T): Promise<T> {
  const begun = performance.now()
  for (;;) {
    try {
      return attempt()
    } catch (error) {
      if (!isBusy(error) || performance.now() - begun >= timeout) throw toStoreError(error)
    }
    await delay(pause())
  }
}

function inTransaction<T>(database: DatabaseSync, begin: string, work: () => T): T {
  database.exec(begin)
  try {
    const result = work()
    database.exec('COMMIT')
    return result
  } catch (error) {
    rollBack(database)
    throw error
  }
}

/** After a full disk or the like, SQLite has rolled back already, and says so by an error. */
function rollBack(database: DatabaseSync): void {
  try {
    database.exec('ROLLBACK')
  } catch {
    // what made us roll back is what the caller gets
  }
}
