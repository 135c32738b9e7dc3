import { assertNames, OptionError, optionalNumber, type NamesOf } from '@countersign/core/toolkit'

/** How a server learns that a session ended. */
export interface LivenessOptions {
  /** Seconds for which an answer of the store is believed. In this process, an end is known at once. Default 1. */
  readonly maxAge?: number | undefined
  /** Seconds for which an older answer serves while the store is down. At least `maxAge`. Default 10. */
  readonly maxStaleness?: number | undefined
  /** After that: refuse with 503, or believe the token. Default `reject`. */
  readonly onStale?: 'reject' | 'accept' | undefined
  /** Sessions that are remembered, about 200 bytes each. Default 10000. */
  readonly maxEntries?: number | undefined
  /**
   * Other issuers whose subjects are the same people: their tokens are refused where they were issued before the
   * subject's sessions were ended, or where they do not say when (`iat`). Their subjects are taken to be of no tenant.
   * Default none.
   */
  readonly foreignIssuers?: readonly string[] | undefined
}

const OPTION_NAMES = {
  maxAge: true,
  maxStaleness: true,
  onStale: true,
  maxEntries: true,
  foreignIssuers: true,
} as const satisfies NamesOf<LivenessOptions>

/** The options, checked. Times in milliseconds. */
export interface LivenessPolicy {
  readonly maxAge: number
  readonly maxStaleness: number
  readonly onStale: 'reject' | 'accept'
  readonly maxEntries: number
  readonly foreignIssuers: readonly string[]
}

/**
 * Checks the options.
 * @throws `OptionError` naming the option
 */
export function readLivenessPolicy(options: LivenessOptions): LivenessPolicy {
  assertNames<LivenessOptions>(options, OPTION_NAMES, 'liveness')
  const { onStale = 'reject', foreignIssuers = [] } = options
  if (onStale !== 'reject' && onStale !== 'accept')
    throw new OptionError('onStale', 'must be "reject" or "accept"')
  if (!Array.isArray(foreignIssuers) || !foreignIssuers.every((one) => typeof one === 'string'))
    throw new OptionError('foreignIssuers', 'must be a list of issuers, each a string')
  const seconds = (option: keyof LivenessOptions, fallback: number, max: number): number =>
    optionalNumber(options, option, { default: fallback, max, unit: 'seconds' })
  const maxAge = seconds('maxAge', 1, 3_600)
  const maxStaleness = seconds('maxStaleness', Math.max(10, maxAge), 86_400)
  if (maxStaleness < maxAge) throw new OptionError('maxStaleness', 'must not be shorter than maxAge')
  const maxEntries = optionalNumber(options, 'maxEntries', { default: 10_000, min: 1, unit: 'sessions' })
  return { maxAge: maxAge * 1_000, maxStaleness: maxStaleness * 1_000, onStale, maxEntries, foreignIssuers }
}
