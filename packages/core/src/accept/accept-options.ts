import type { NamesOf } from '../base/assert-names.ts'
import { optionalNumber } from '../base/assert-options.ts'

/** Options of the cache of accepted tokens. */
export interface AcceptOptions {
  /**
   * How many tokens are cached, so that they need not be verified again; 0 for none. A token is cached when it is
   * accepted the second time. About 2 KB each. Time, keys, carrier and revocation are still checked. Default 10000.
   */
  readonly tokenCacheSize?: number
}

export const ACCEPT_OPTION_NAMES: NamesOf<AcceptOptions> = { tokenCacheSize: true }

export function readTokenCacheSize(options: AcceptOptions): number {
  const bounds = { default: 10_000, max: 1_000_000, unit: 'tokens' }
  return Math.floor(optionalNumber(options, 'tokenCacheSize', bounds))
}
