import type { NamesOf } from '../base/assert-names.ts'
import { optionalNumber } from '../base/assert-options.ts'

/** Options of the memory of tokens that were accepted. */
export interface AcceptOptions {
  /**
   * How many tokens are remembered, from the second time on that they are accepted, so that they need not be verified
   * again; 0 for none. About 2 KB each. Time, keys, carrier and revocation are checked all the same. Default 10000.
   */
  readonly tokenCacheSize?: number
}

export const ACCEPT_OPTION_NAMES: NamesOf<AcceptOptions> = { tokenCacheSize: true }

export function readTokenCacheSize(options: AcceptOptions): number {
  const bounds = { default: 10_000, max: 1_000_000, unit: 'tokens' }
  return Math.floor(optionalNumber(options, 'tokenCacheSize', bounds))
}
