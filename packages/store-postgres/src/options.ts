import type { StoreOptions } from '@countersign/stores'
import {
  assertNames,
  optionalBoolean,
  optionalFunction,
  optionalNumber,
  optionalString,
  OptionError,
  type NamesOf,
} from '@countersign/core/toolkit'
import type { PostgresPool } from './pool.ts'

/** Options of {@link postgresStore}. */
export interface PostgresStoreOptions extends StoreOptions {
  /**
   * The schema that holds the tables and functions, of its own: lower-case letters, digits and `_`. Stores with
   * different schemas share nothing. Default `countersign`.
   */
  readonly schema?: string | undefined
  /**
   * Milliseconds that an operation may take, waiting for a connection included, from 1 to 300000; after that it throws
   * `StoreUnavailableError`. `init` and `recoverSessions` have sixty times as long. Default 5000.
   */
  readonly statementTimeout?: number | undefined
  /**
   * Says that a write which was answered can be lost: by a failover to a replica that followed asynchronously, or by
   * `synchronous_commit = off`. A refresh token one generation ahead of its row is then adopted, so that such a loss
   * logs nobody out. Default false.
   */
  readonly asynchronousReplication?: boolean | undefined
}

/** The same, read. */
export interface Settings {
  /** As it is written in SQL. */
  readonly schema: string
  readonly statementTimeout: number
  readonly mayLoseWrites: boolean
  readonly now: (() => number) | undefined
}

const NAMES: NamesOf<PostgresStoreOptions> = {
  schema: true,
  statementTimeout: true,
  asynchronousReplication: true,
  now: true,
}

/** @throws `OptionError` */
export function readSettings(pool: PostgresPool, options: PostgresStoreOptions): Settings {
  if (typeof pool?.query !== 'function') {
    throw new OptionError('pool', 'must be a Pool of pg, or have its method query()')
  }
  assertNames<PostgresStoreOptions>(options, NAMES, 'options')
  return Object.freeze({
    schema: `"${readSchema(optionalString(options, 'schema') ?? 'countersign')}"`,
    statementTimeout: optionalNumber(options, 'statementTimeout', {
      default: 5_000,
      min: 1,
      max: 300_000,
      unit: 'milliseconds',
    }),
    mayLoseWrites: optionalBoolean(options, 'asynchronousReplication'),
    now: optionalFunction(options, 'now'),
  })
}

function readSchema(schema: string): string {
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(schema)) {
    throw new OptionError(
      'schema',
      'must be 1 to 63 lower-case letters, digits or "_", and not begin with a digit',
    )
  }
  if (schema.startsWith('pg_') || schema === 'public' || schema === 'information_schema') {
    throw new OptionError('schema', `must be a schema for Countersign alone, and "${schema}" is not`)
  }
  return schema
}
