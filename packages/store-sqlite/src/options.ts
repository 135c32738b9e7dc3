import { assertNames, OptionError, optionalFunction, optionalNumber } from '@countersign/core/toolkit'
import type { NamesOf } from '@countersign/core/toolkit'
import type { StoreOptions } from '@countersign/stores'
import type { DatabaseSync } from 'node:sqlite'

/** Options of `sqliteStore`. */
export interface SqliteStoreOptions extends StoreOptions {
  /**
   * Milliseconds that an operation waits for a writer in another process, from 1 to 300000; then it throws
   * `StoreUnavailableError`. The event loop continues meanwhile. Default 5000.
   */
  readonly timeout?: number | undefined
}

/** The options after validation. */
export interface Settings {
  readonly source: string | DatabaseSync
  readonly now: () => number
  readonly timeout: number
}

const NAMES: NamesOf<SqliteStoreOptions> = { now: true, timeout: true }

/** @throws `OptionError` */
export function readSettings(source: string | DatabaseSync, options: SqliteStoreOptions): Settings {
  assertSource(source)
  assertNames<SqliteStoreOptions>(options, NAMES, 'options')
  return Object.freeze({
    source,
    now: optionalFunction(options, 'now') ?? (() => Date.now()),
    timeout: optionalNumber(options, 'timeout', {
      default: 5_000,
      min: 1,
      max: 300_000,
      unit: 'milliseconds',
    }),
  })
}

function assertSource(source: unknown): void {
  if (typeof source === 'object' && source !== null) return
  if (typeof source !== 'string' || source === '') {
    throw new OptionError('source', 'must be the path of a file, or a DatabaseSync of node:sqlite')
  }
  if (source.startsWith('file:')) {
    throw new OptionError('source', 'must be a path: for a URI, pass `new DatabaseSync(uri)`')
  }
}
