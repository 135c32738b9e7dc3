import type { NamesOf } from '../base/assert-names.ts'
import { optionalBoolean, optionalNumber } from '../base/assert-options.ts'

/** Options for verifying tokens of any issuer. */
export interface TokenOptions {
  /** Maximum characters of a token, from 256 to 65536. Default 16384. */
  readonly maxTokenLength?: number
  /**
   * Verifies ECDSA and EdDSA signatures in the thread pool, so that they do not block the event loop: more throughput
   * under load on machines with idle cores, a little more latency for each request. Default false.
   */
  readonly offload?: boolean
}

export const TOKEN_OPTION_NAMES: NamesOf<TokenOptions> = {
  maxTokenLength: true,
  offload: true,
}

/** What verifying needs to know, for any issuer. */
export interface TokenPolicy {
  /** Characters. */
  readonly maxTokenLength: number
  readonly offload: boolean
}

export function readTokenPolicy(options: TokenOptions): TokenPolicy {
  const bounds = { default: 16_384, min: 256, max: 65_536, unit: 'characters' }
  return Object.freeze({
    maxTokenLength: optionalNumber(options, 'maxTokenLength', bounds),
    offload: optionalBoolean(options, 'offload'),
  })
}
