import type { Store } from '@countersign/stores'
import type { DatabaseSync } from 'node:sqlite'
import { createConnection } from './connection.ts'
import { readKeyRing, writeKeyRing } from './key-rings.ts'
import { readSettings, type SqliteStoreOptions } from './options.ts'
import { pruneTables } from './prune.ts'
import { appendRevocations, readRevocations } from './revocation-log.ts'
import { createSessions } from './sessions.ts'
import { useOnce } from './used-ids.ts'
import { createWatch } from './watch.ts'

/** A store in an SQLite database. */
export interface SqliteStore extends Store {
  /** Closes the file. A database that the application passed stays open. */
  close(): void
}

/**
 * A store in a file, for one machine: all processes that open the file share it. Durable: a confirmed write survives a
 * crash and a loss of power. A lock of another process delays the operation, but does not block the event loop. Call
 * `init()` once at start.
 *
 * @param source path of the file, or an open database
 * @throws `Error` if the runtime has no `node:sqlite` (Node 22.13), `OptionError` if an option is invalid
 * @example
 * ```ts
 * const store = sqliteStore('/var/lib/shop/auth.sqlite')
 * await store.init()
 * ```
 */
export function sqliteStore(source: string | DatabaseSync, options: SqliteStoreOptions = {}): SqliteStore {
  const watch = createWatch(() => connection.dataVersion())
  const connection = createConnection(readSettings(source, options), watch.announce)
  const { init, read, write } = connection

  return Object.freeze<SqliteStore>({
    ...createSessions(connection),
    init,
    close() {
      watch.close()
      connection.close()
    },
    prune: (limit) => write((tx) => pruneTables(tx, limit)),
    appendRevocations: (entries) => write((tx) => appendRevocations(tx, entries)),
    readRevocations: (cursor, limit) => read((tx) => readRevocations(tx, cursor, limit)),
    watchRevocations: watch.add,
    useOnce: (purpose, id, expiresAt) => write((tx) => useOnce(tx, purpose, id, expiresAt)),
    readKeyRing: (ring) => read((tx) => readKeyRing(tx, ring)),
    writeKeyRing: (ring, expectedVersion, content) =>
      write((tx) => writeKeyRing(tx, ring, expectedVersion, content)),
  })
}
