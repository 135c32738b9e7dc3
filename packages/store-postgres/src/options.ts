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
   * The schema for the tables and functions, used only by Countersign: lower-case letters, digits and `_`. Stores with
   * different schemas share nothing. Default `countersign`.
   */
  readonly schema?: string | undefined
  /**
   * The maximum time of an operation in milliseconds, including waiting for a connection, from 1 to 300000; after that
   * it throws `StoreUnavailableError`. `init` and `recoverSessions` have sixty times as long. Default 5000.
   */
  readonly statementTimeout?: number | undefined
  /**
   * Set it if a confirmed write can be lost: by a failover to an asynchronous replica, or by `synchronous_commit =
   * off`. A refresh token that is one generation ahead of its row is then adopted, so that no user is logged out by
   * such a loss. Default false.
   */
  readonly asynchronousReplication?: boolean | undefined
}

/** The validated options. */
export interface Settings {
  /** Quoted for SQL. */
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
      'must be 1 to 63 lower-case letters, digits or "_", and must not begin with a digit',
    )
  }
  if (schema.startsWith('pg_') || schema === 'public' || schema === 'information_schema') {
    throw new OptionError('schema', `must be a schema that only Countersign uses, not "${schema}"`)
  }
  return schema
}
