import { closeSync, existsSync, openSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { isBusy, toStoreError, unavailable } from './errors.ts'
import { nodeSqlite } from './node-sqlite.ts'
import { assertSchema, notInitialised, upgradeSchema } from './schema.ts'

/** What the work of a transaction is given. */
export interface Transaction {
  /** The clock, read once the lock was held. */
  readonly now: number
  /** A statement, prepared once per connection. */
  readonly sql: (text: string) => StatementSync
}

/** A database that is opened when it is first needed. */
export interface Connection {
  readonly init: () => Promise<void>
  /** Reads of one moment. */
  readonly read: <T>(work: (transaction: Transaction) => T) => T
  /** One at a time, over all processes. On disk when it returns. */
  readonly write: <T>(work: (transaction: Transaction) => T) => T
  readonly close: () => void
}

/** How long to wait for a writer in another process, in milliseconds. Writes take a few, so longer waits are a fault. */
const BUSY_TIMEOUT = 2_000

/**
 * With the write-ahead log, FULL is what makes a commit survive the loss of power, and not only of the process
 * (https://sqlite.org/pragma.html#pragma_synchronous); macOS needs `fullfsync` for the same.
 */
const PRAGMAS = `
  PRAGMA busy_timeout = ${BUSY_TIMEOUT};
  PRAGMA synchronous = FULL;
  PRAGMA fullfsync = ON;
`

/** How often `init` tries to switch a new file to the log, which SQLite refuses at once while others look at it. */
const LOG_ATTEMPTS = 100

export function createConnection(source: string | DatabaseSync, now: () => number): Connection {
  const { DatabaseSync: Database } = nodeSqlite()
  const own = typeof source === 'string'
  const statements = new Map<string, StatementSync>()
  let database: DatabaseSync | undefined
  let hasTables = false
  let closed = false

  const open = (): DatabaseSync => {
    if (closed) throw unavailable(new Error('the store was closed'))
    if (database !== undefined) return database
    const opened = own ? new Database(source) : source
    opened.exec(PRAGMAS)
    database = opened
    return opened
  }
  const openWithTables = (): DatabaseSync => {
    if (own && database === undefined && isMissing(source)) throw notInitialised()
    const opened = open()
    if (!hasTables) assertSchema(opened)
    hasTables = true
    return opened
  }
  const sql = (text: string): StatementSync => {
    let statement = statements.get(text)
    if (statement === undefined) {
      statement = open().prepare(text)
      statements.set(text, statement)
    }
    return statement
  }
  const transact = <T>(begin: string, work: (transaction: Transaction) => T): T =>
    guard(() => inTransaction(openWithTables(), begin, () => work({ now: now(), sql })))

  return {
    init: async () => {
      if (own && !closed) createFile(source)
      await switchToLog(() => guard(open))
      guard(() => inTransaction(open(), 'BEGIN IMMEDIATE', () => upgradeSchema(open())))
      hasTables = true
    },
    read: (work) => transact('BEGIN', work),
    write: (work) => transact('BEGIN IMMEDIATE', work),
    close: () => {
      if (own && !closed) database?.close()
      closed = true
      database = undefined
      statements.clear()
    },
  }
}

const IN_MEMORY = ':memory:'

function isMissing(file: string): boolean {
  return file !== IN_MEMORY && !existsSync(file)
}

/** The file is its owner's alone. SQLite gives the log the same permissions. */
function createFile(file: string): void {
  if (file === IN_MEMORY) return
  try {
    closeSync(openSync(file, 'a', 0o600))
  } catch (error) {
    throw unavailable(error)
  }
}

/** The write-ahead log: readers do not wait for writers. Kept in the file, so only `init` sets it. */
async function switchToLog(open: () => DatabaseSync): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      open().exec('PRAGMA journal_mode = WAL')
      return
    } catch (error) {
      if (!isBusy(error) || attempt === LOG_ATTEMPTS) throw toStoreError(error)
    }
    await delay(20)
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
    // what made us roll back is what the caller is told
  }
}

function guard<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw toStoreError(error)
  }
}
