import type { Mint } from '../token/mint.ts'
import type { RefreshTokens } from '../token/refresh-token.ts'
import type { TokenPolicy } from '../token/token-options.ts'
import type { ServicePolicy } from './service-options.ts'
import type { SessionEnds } from './session-ends.ts'

/** What all operations on sessions need. */
export interface ServiceParts {
  readonly policy: { readonly service: ServicePolicy; readonly token: TokenPolicy }
  readonly tokens: RefreshTokens
  readonly mint: Mint
  readonly ends: SessionEnds
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly randomBytes: (length: number) => Uint8Array
}
