import type { KeyRingRecord, Store } from '@countersign/stores'
import { connect } from './connection.ts'
import { createOperate } from './operate.ts'
import { readSettings, type PostgresStoreOptions } from './options.ts'
import { surviveLostConnections, type PostgresPool } from './pool.ts'
import { createRevocations } from './revocations.ts'
import { installation } from './schema/installation.ts'
import { createSessions } from './sessions.ts'

/**
 * Keeps everything in a PostgreSQL database: each operation is one function call in the server, in one round trip and
 * one transaction, on the server's clock. `init()` creates the tables and functions, once; the application's role only
 * needs the right to call the functions.
 *
 * Errors: `StoreUnavailableError` if the server cannot be reached, does not respond in time, shuts down, is read-only
 * or a standby; an `Error` that names `init()` if that was not run. Other errors of the driver are passed on.
 *
 * @param pool the application's pool; the application closes it
 * @throws `OptionError`
 * @example
 * ```ts
 * const store = postgresStore(pool, { schema: 'countersign' })
 * await store.init()
 * ```
 */
export function postgresStore(pool: PostgresPool, options: PostgresStoreOptions = {}): Store {
  const settings = readSettings(pool, options)
  const connection = connect(pool, settings)
  const operate = createOperate(connection, settings)
  const { read, write } = operate
  surviveLostConnections(pool)

  return Object.freeze<Store>({
    ...createSessions(operate, settings),
    ...createRevocations(operate),

    async init() {
      await connection.run(installation(settings.schema))
    },

    async now() {
      return (await read('read_time', [])).now
    },

    async prune(limit) {
      return (await write('prune', [limit])).deleted
    },

    async useOnce(purpose, id, expiresAt) {
      return (await write('use_once', [purpose, id, expiresAt])).first
    },

    async readKeyRing(ring) {
      const { content, ...rest } = await read('read_key_ring', [ring])
      return Object.freeze<KeyRingRecord>({ ...rest, content: content ?? undefined })
    },

    async writeKeyRing(ring, expectedVersion, content) {
      return (await write('write_key_ring', [ring, expectedVersion, content])).written
    },
  })
}
