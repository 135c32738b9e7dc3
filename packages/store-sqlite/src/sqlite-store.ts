import type { Store, StoreOptions } from '@countersign/stores'
import { OptionError } from '@countersign/core/toolkit'
import type { DatabaseSync } from 'node:sqlite'
import { createConnection } from './connection.ts'
import { notBuilt } from './not-built.ts'
import { pruneTables } from './prune.ts'
import { readKeyRing, writeKeyRing } from './key-rings.ts'
import { useOnce } from './used-ids.ts'

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
  const { now = Date.now } = options
  if (typeof now !== 'function') throw new OptionError('now', 'must be a function')
  const { init, read, write, close } = createConnection(source, now)

  return Object.freeze<SqliteStore>({
    mayLoseWrites: false,
    init,
    close,

    now: notBuilt,
    createSession: notBuilt,
    findSession: notBuilt,
    rotate: notBuilt,
    changeSession: notBuilt,
    endSession: notBuilt,
    raiseEpoch: notBuilt,
    eraseSubject: notBuilt,
    listSessions: notBuilt,
    sessionsOf: notBuilt,
    endProviderSessions: notBuilt,
    checkSession: notBuilt,
    recoverSessions: notBuilt,
    appendRevocations: notBuilt,
    readRevocations: notBuilt,
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

function assertSource(source: unknown): void {
  if (typeof source === 'object' && source !== null) return
  if (typeof source !== 'string' || source === '') {
    throw new OptionError('source', 'must be the path of a file, or a DatabaseSync of node:sqlite')
  }
  if (source.startsWith('file:')) {
    throw new OptionError('source', 'must be a path: for a URI, hand in `new DatabaseSync(uri)`')
  }
}
