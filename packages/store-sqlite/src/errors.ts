import { StoreUnavailableError } from '@countersign/stores'

/**
 * SQLite's result codes (https://sqlite.org/rescode.html) for problems outside the store's control: file, disk, a lock.
 */
const UNAVAILABLE = new Set([
  3, // PERM
  5, // BUSY
  6, // LOCKED
  7, // NOMEM
  8, // READONLY
  10, // IOERR
  11, // CORRUPT
  13, // FULL
  14, // CANTOPEN
  15, // PROTOCOL
  22, // NOLFS
  26, // NOTADB
])
const BUSY = 5

/** Turns errors that mean the database cannot be used into `StoreUnavailableError`. Returns other errors unchanged. */
export function toStoreError(error: unknown): unknown {
  const code = primaryCode(error)
  return code !== undefined && UNAVAILABLE.has(code) ? unavailable(error) : error
}

export function unavailable(cause: unknown): StoreUnavailableError {
  return new StoreUnavailableError('SQLite', cause)
}

/** The application has an open transaction on its database. As with a lock, our transaction waits for its end. */
export class OpenTransactionError extends Error {
  readonly errcode: number = BUSY
  constructor() {
    super('a transaction of the application is open on this database')
  }
}

export function isBusy(error: unknown): boolean {
  return primaryCode(error) === BUSY
}

/** The low byte of the extended code. */
function primaryCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined
  return typeof error.errcode === 'number' ? error.errcode & 0xff : undefined
}
