import { assertNames, OptionError, optionalNumber, type NamesOf } from '@countersign/core/toolkit'

/** How a server checks whether a session has ended. */
export interface LivenessOptions {
  /** Seconds for which a result from the store is cached. Ends in this process take effect at once. Default 1. */
  readonly maxAge?: number | undefined
  /** Seconds for which an older result is used while the store is down. At least `maxAge`. Default 10. */
  readonly maxStaleness?: number | undefined
  /** What to do after `maxStaleness`: reject with 503, or accept the token. Default `reject`. */
  readonly onStale?: 'reject' | 'accept' | undefined
  /** The number of sessions to cache, about 200 bytes each. Default 10000. */
  readonly maxEntries?: number | undefined
  /**
   * Other issuers with the same users as subjects. Their tokens are rejected if they were issued before all sessions of
   * the subject were ended, or if they have no `iat`. Their subjects count as having no tenant. Default none.
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

/** The validated options. Times in milliseconds. */
export interface LivenessPolicy {
  readonly maxAge: number
  readonly maxStaleness: number
  readonly onStale: 'reject' | 'accept'
  readonly maxEntries: number
  readonly foreignIssuers: readonly string[]
}

/**
 * Validates the options.
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
