import type { KeyRingRecord, RotateOutcome, SessionStatus, Store } from '@countersign/stores'
import { connect, LONG, type Value } from './connection.ts'
import { notBuilt } from './not-built.ts'
import { readSettings, type PostgresStoreOptions } from './options.ts'
import { surviveLostConnections, type PostgresPool } from './pool.ts'
import type { SessionRow } from './rows.ts'
import { installation } from './schema/installation.ts'

/** The functions of the schema, and what they answer. */
interface Answers {
  readonly create_session: {
    readonly now: number
    readonly session: SessionRow | null
    readonly evicted: readonly string[]
  }
  readonly rotate: {
    readonly now: number
    readonly outcome: RotateOutcome
    readonly session: SessionRow | null
  }
  readonly end_session: boolean
  readonly raise_epoch: number
  readonly list_sessions: { readonly now: number; readonly sessions: readonly SessionRow[] }
  readonly check_session: SessionStatus
  readonly recover_sessions: number
  readonly prune: number
  readonly use_once: boolean
  readonly read_key_ring: { readonly now: number; readonly version: number; readonly content: string | null }
  readonly write_key_ring: boolean
}

/**
 * Keeps everything in a PostgreSQL database: each operation is one call of a function in the server, in one round trip
 * and one transaction, on the server's clock. `init()` creates the tables and functions, once; the application's role
 * needs no right but to call them.
 *
 * Errors, after the first line: `StoreUnavailableError` where the server cannot be reached, does not answer in time,
 * shuts down or is read-only; an `Error` that names `init()` where that was not run. Other errors of the driver pass.
 *
 * @param pool the application's pool, which it closes itself
 * @throws `OptionError`
 * @example
 * ```ts
 * const store = postgresStore(pool, { schema: 'countersign' })
 * await store.init()
 * ```
 */
export function postgresStore(pool: PostgresPool, options: PostgresStoreOptions = {}): Store {
  const settings = readSettings(pool, options)
  const { schema, mayLoseWrites } = settings
  const connection = connect(pool, settings)
  surviveLostConnections(pool)

  async function ask<Name extends keyof Answers>(
    name: Name,
    values: readonly Value[],
    patience?: number,
  ): Promise<Answers[Name]> {
    return (await connection.call(name, values, patience)) as Answers[Name]
  }
  const now = (): number | undefined => settings.now?.()

  return Object.freeze({
    mayLoseWrites,

    async init() {
      await connection.run(installation(schema))
    },

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
    appendRevocations: notBuilt,
    readRevocations: notBuilt,

    async recoverSessions(since) {
      return ask('recover_sessions', [since, now()], LONG)
    },

    async prune(limit) {
      return ask('prune', [limit, now()])
    },

    async useOnce(purpose, id, expiresAt) {
      return ask('use_once', [purpose, id, expiresAt, now()])
    },

    async readKeyRing(ring) {
      const { content, ...rest } = await ask('read_key_ring', [ring, now()])
      return Object.freeze<KeyRingRecord>({ ...rest, content: content ?? undefined })
    },

    async writeKeyRing(ring, expectedVersion, content) {
      return ask('write_key_ring', [ring, expectedVersion, content])
    },
  } satisfies Store)
}
