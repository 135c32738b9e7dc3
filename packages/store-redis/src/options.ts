import type { StoreOptions } from '@countersign/stores'
import {
  assertNames,
  assertNamesWithin,
  OptionError,
  optionalBoolean,
  optionalFunction,
  optionalNumber,
  type NamesOf,
} from '@countersign/core/toolkit'

/** How writes wait for replicas. */
export interface ReplicaWait {
  /** How many replicas must have the write, at least 1. */
  readonly replicas: number
  /** Milliseconds to wait for them; shorter than the option `timeout`. */
  readonly timeout: number
}

/** Options of `redisStore`. */
export interface RedisStoreOptions extends StoreOptions {
  /** The beginning of all keys, without `{` and `}`, which set the Redis Cluster hash slot. Default `countersign`. */
  readonly prefix?: string | undefined
  /**
   * Whether a confirmed write can be lost. This is true if there are replicas, because replication is asynchronous, or
   * if the server can lose its last second. Then a refresh token that is one generation ahead of its session is
   * adopted. Use `false` only for a single server with `appendfsync always`. Default true.
   */
  readonly mayLoseWrites?: boolean | undefined
  /**
   * Every write waits until this many replicas have it (`WAIT`); otherwise it throws `StoreUnavailableError`, although
   * the write has happened. Default: writes do not wait.
   */
  readonly wait?: ReplicaWait | undefined
  /**
   * Milliseconds after which an operation throws `StoreUnavailableError`, at least 1. The server rejects operations
   * that arrive later. In `recoverSessions`, this is the limit for each step. Default 5000.
   */
  readonly timeout?: number | undefined
  /**
   * Allows `init` to accept a server that evicts keys when its memory is full. It may evict sessions, which logs users
   * out, and epochs, which brings back sessions that were ended. Default false.
   */
  readonly dangerouslyAllowEviction?: boolean | undefined
}

const OPTION_NAMES: NamesOf<RedisStoreOptions> = {
  dangerouslyAllowEviction: true,
  mayLoseWrites: true,
  now: true,
  prefix: true,
  timeout: true,
  wait: true,
}
const WAIT_NAMES: NamesOf<ReplicaWait> = { replicas: true, timeout: true }

/** The validated options. */
export interface Settings {
  readonly now: (() => number) | undefined
  readonly prefix: string
  readonly mayLoseWrites: boolean
  readonly wait: ReplicaWait | undefined
  readonly timeout: number
  readonly allowEviction: boolean
}

/** @throws `OptionError` naming the option and the remedy */
export function readOptions(options: RedisStoreOptions): Settings {
  assertNames<RedisStoreOptions>(options, OPTION_NAMES, 'options')
  const { prefix = 'countersign' } = options
  if (typeof prefix !== 'string' || prefix === '')
    throw new OptionError('prefix', 'must be a string that is not empty')
  if (/[{}]/.test(prefix)) {
    throw new OptionError('prefix', 'must not contain { or }, which set the Redis Cluster hash slot')
  }
  const timeout = optionalNumber(options, 'timeout', {
    default: 5000,
    min: 1,
    max: 2 ** 31 - 1,
    unit: 'milliseconds',
  })
  return Object.freeze({
    now: optionalFunction(options, 'now'),
    prefix,
    mayLoseWrites: options.mayLoseWrites === undefined || optionalBoolean(options, 'mayLoseWrites'),
    wait: readWait(options.wait, timeout),
    timeout,
    allowEviction: optionalBoolean(options, 'dangerouslyAllowEviction'),
  })
}

function readWait(wait: ReplicaWait | undefined, timeout: number): ReplicaWait | undefined {
  if (wait === undefined) return undefined
  assertNamesWithin<ReplicaWait>(wait, WAIT_NAMES, 'wait')
  if (!Number.isInteger(wait.replicas) || wait.replicas < 1) {
    throw new OptionError('wait.replicas', 'must be a whole number, 1 or more')
  }
  // 0 would wait forever
  if (!Number.isInteger(wait.timeout) || wait.timeout < 1 || wait.timeout >= timeout) {
    throw new OptionError(
      'wait.timeout',
      `must be whole milliseconds, from 1 to less than \`timeout\` (${timeout})`,
    )
  }
  return Object.freeze({ replicas: wait.replicas, timeout: wait.timeout })
}
