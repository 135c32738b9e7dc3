import { createAuthenticator, type Authenticator } from '@countersign/core'
import { z } from 'zod'

/** What a bid token says, besides who bids. */
export const BidClaims = z.object({ auction: z.string(), limit: z.number() })
export type BidClaims = z.output<typeof BidClaims>

/** What the server is told from outside. */
export interface BidTokenSettings {
  /** Who issues bid tokens. Its keys are found from here, and nothing else of it is known. */
  readonly issuer: string
  /** This server, as bid tokens name it. */
  readonly audience: string
  readonly now: () => number
}

/** Takes bid tokens and nothing else, to the second: a bid after the end is no bid. */
export function bidTokens(settings: BidTokenSettings): Authenticator<BidClaims> {
  return createAuthenticator({ ...settings, typ: 'bid+jwt', claims: BidClaims, clockTolerance: 0 })
}
