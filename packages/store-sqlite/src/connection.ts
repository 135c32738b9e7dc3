import { setTimeout as delay } from 'node:timers/promises'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { isBusy, OpenTransactionError, toStoreError } from './errors.ts'
import { BUSY_TIMEOUT, createOpener, type OpenDatabase } from './open-database.ts'
import type { Settings } from './options.ts'
import { upgradeSchema } from './schema.ts'

/** What the work inside a transaction can use. */
export interface Transaction {
  /** The clock, read after the lock was acquired. */
  readonly now: number
  /** A statement, prepared once per connection. */
  readonly sql: (text: string) => StatementSync
  /** Reports that the log got an entry, for its listeners. */
  readonly hasNews: () => void
}

/** A database that is opened at first use. There is no `await` inside a transaction. */
export interface Connection {
  readonly init: () => Promise<void>
  /** Reads a snapshot of one moment. */
  readonly read: <T>(work: (transaction: Transaction) => T) => Promise<T>
  /** Only one write at a time, across all processes. It is on disk when the promise resolves. */
  readonly write: <T>(work: (transaction: Transaction) => T) => Promise<T>
  /** A number that changes when another connection has written; `undefined` if it cannot be read now. */
  readonly dataVersion: () => number | undefined
  readonly close: () => void
}

/** Milliseconds between two attempts. Random, so that processes do not retry in step. */
const pause = (): number => 5 + Math.random() * 10

/** @param onNews called after each commit in which this connection appended to the log */
export function createConnection({ source, now, timeout }: Settings, onNews: () => void): Connection {
  const { open, openWithTables, current, close } = createOpener(source)

  function transact<T>(begin: string, work: (transaction: Transaction) => T): T {
    const opened = openWithTables()
    let isNews = false
    const hasNews = (): void => {
      isNews = true
    }
    const result = inTransaction(opened, begin, () => work({ now: now(), sql: opened.sql, hasNews }))
    if (isNews) onNews()
    return result
  }

  return {
    init: async () => {
      // The file keeps this setting. Readers then do not wait for writers.
      await untilFree(timeout, () => open(true).database.exec('PRAGMA journal_mode = WAL'))
      await untilFree(timeout, () => {
        const opened = open()
        inTransaction(opened, 'BEGIN IMMEDIATE', () => upgradeSchema(opened.database))
        opened.hasTables = true
      })
    },
    read: (work) => untilFree(timeout, () => transact('BEGIN', work)),
    write: (work) => untilFree(timeout, () => transact('BEGIN IMMEDIATE', work)),
    dataVersion: () => {
      try {
        const version = current()?.sql('PRAGMA data_version').get()?.['data_version']
        return typeof version === 'number' ? version : undefined
      } catch {
        return undefined
      }
    },
    close,
  }
}

/** Retries until no other connection holds a lock, or the time is over. Each attempt starts from the beginning. */
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

function inTransaction<T>({ database, isForeign }: OpenDatabase, begin: string, work: () => T): T {
  const run = (): T => {
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
  return isForeign ? asGuest(database, run) : run()
}

/** Respects the settings of an application's own database: its transactions, and its busy timeout. */
function asGuest<T>(database: DatabaseSync, run: () => T): T {
  if (database.isTransaction) throw new OpenTransactionError()
  const usual = database.prepare('PRAGMA busy_timeout').get()?.['timeout']
  database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT}`)
  try {
    return run()
  } finally {
    database.exec(`PRAGMA busy_timeout = ${Number(usual ?? 0)}`)
  }
}

/** After an error such as a full disk, SQLite has already rolled back, and throws an error here. */
function rollBack(database: DatabaseSync): void {
  try {
    database.exec('ROLLBACK')
  } catch {
    // the caller gets the first error, which caused the rollback
  }
}
