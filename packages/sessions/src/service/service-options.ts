import type { RotationMode, SessionStore } from '@countersign/stores'
import { OptionError, optionalBoolean, optionalNumber, type NamesOf } from '@countersign/core/toolkit'
import { assertOneOf } from '../base/assert-one-of.ts'

/** Options for storing sessions, and for their lifetimes. */
export interface ServiceOptions {
  /** The store that keeps sessions. */
  readonly store: SessionStore
  /** How racing and repeated refreshes are distinguished from theft. Default `grace`. */
  readonly mode?: RotationMode | undefined
  /** Seconds after a rotation in which the current refresh token is not rotated again. Default 30, in `strict` 0. */
  readonly cooldown?: number | undefined
  /** Seconds after a rotation in which the previous refresh token is still accepted. Default 30, in `strict` 0. */
  readonly grace?: number | undefined
  /**
   * Seconds without a refresh after which a session expires. A session keeps the value it started with. Default 604800
   * (7 days).
   */
  readonly idleTimeout?: number | undefined
  /**
   * Seconds after its start at which a session expires, even if it is used. A session keeps the value it started with.
   * Default 2592000 (30 days).
   */
  readonly absoluteTimeout?: number | undefined
  /** The maximum number of sessions of a user at a time. Default: no limit. */
  readonly maxSessions?: number | undefined
  /** Over `maxSessions`: reject the new session, or end the oldest. Default `evict`. */
  readonly overLimit?: 'deny' | 'evict' | undefined
  /**
   * Whether expired rows are deleted from the store in the background after logins: a batch of 100 rows a minute, or
   * after every login while batches are full. With `false`, call `store.prune()` or run `countersign store prune`
   * yourself. Default true.
   */
  readonly prune?: boolean | undefined
}

/** The names of {@link ServiceOptions}. */
export const SERVICE_NAMES: NamesOf<ServiceOptions> = {
  store: true,
  mode: true,
  cooldown: true,
  grace: true,
  idleTimeout: true,
  absoluteTimeout: true,
  maxSessions: true,
  overLimit: true,
  prune: true,
}

/** How long sessions last, and how refresh tokens rotate. Times in milliseconds. */
export interface RotationPolicy {
  readonly mode: RotationMode
  readonly cooldown: number
  readonly grace: number
  readonly idleTimeout: number
  readonly absoluteTimeout: number
}

/** The maximum number of sessions of a user. */
export interface LimitPolicy {
  readonly maxSessions: number | undefined
  readonly overLimit: 'deny' | 'evict'
}

/** The validated options for storing sessions. */
export interface ServicePolicy extends RotationPolicy, LimitPolicy {
  readonly store: SessionStore
  readonly prune: boolean
}

const MODES: readonly RotationMode[] = ['grace', 'untilUsed', 'strict']

/** The longest cookie lifetime that browsers allow (draft-ietf-httpbis-rfc6265bis section 5.5): 400 days. */
export const MAX_SECONDS: number = 400 * 86_400

/**
 * Validates the options for storing sessions.
 * @throws `OptionError` naming the option and the remedy
 */
export function readServicePolicy(options: ServiceOptions): ServicePolicy {
  const { mode = 'grace', overLimit = 'evict', store, maxSessions } = options
  if (typeof store?.rotate !== 'function' || typeof store.createSession !== 'function') {
    throw new OptionError(
      'store',
      'is required: where sessions are kept, for example sqliteStore() or redisStore()',
    )
  }
  assertOneOf('mode', mode, MODES)
  assertOneOf('overLimit', overLimit, ['deny', 'evict'])
  return {
    store,
    ...readRotation(options, mode),
    maxSessions:
      maxSessions === undefined
        ? undefined
        : Math.floor(optionalNumber(options, 'maxSessions', { default: 0, min: 1, unit: 'sessions' })),
    overLimit,
    prune: options.prune === undefined || optionalBoolean(options, 'prune'),
  }
}

function readRotation(options: ServiceOptions, mode: RotationMode): RotationPolicy {
  const seconds = (option: keyof ServiceOptions, fallback: number, min: number, max = MAX_SECONDS): number =>
    optionalNumber(options, option, { default: fallback, min, max, unit: 'seconds' })
  if (mode === 'strict') {
    for (const option of ['cooldown', 'grace'] as const) {
      if (options[option] !== undefined && options[option] !== 0) {
        throw new OptionError(option, 'has no effect in mode "strict", which accepts every token only once')
      }
    }
  }
  const fallback = mode === 'strict' ? 0 : 30
  const grace = seconds('grace', fallback, 0, 3_600)
  const cooldown = seconds('cooldown', fallback, 0, 3_600)
  if (cooldown < grace) {
    throw new OptionError(
      'cooldown',
      `must not be shorter than grace, which is ${grace}: two rotations within it would end the session`,
    )
  }
  const absolute = seconds('absoluteTimeout', 2_592_000, 1)
  const idle = seconds('idleTimeout', Math.min(604_800, absolute), 1)
  if (idle > absolute) throw new OptionError('idleTimeout', 'must not be longer than absoluteTimeout')
  if (idle <= cooldown) throw new OptionError('idleTimeout', 'must be longer than cooldown')
  return {
    mode,
    grace: Math.round(grace * 1_000),
    cooldown: Math.round(cooldown * 1_000),
    idleTimeout: Math.round(idle * 1_000),
    absoluteTimeout: Math.round(absolute * 1_000),
  }
}
