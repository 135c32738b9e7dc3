import { jwtAuth, mount, requireScopes } from '@countersign/express'
import type { Issuer } from '@countersign/issuer'
import express, { type Express } from 'express'

/** What the service is told from outside. */
export interface AccountSettings {
  readonly issuer: Issuer
  /** This service, as access tokens name it. */
  readonly audience: string
  /** The auction server, as bid tokens name it. */
  readonly auctionServer: string
  readonly now: () => number
}

/** A kind of token of its own: it is no access token, and no access token is one. */
const BID_TOKEN = 'bid+jwt'

/** Seconds. */
const LIFETIME = 20 * 60

/** Knows its users, and gives those who may bid a token for one auction. */
export function createAccountService({ issuer, audience, auctionServer, now }: AccountSettings): Express {
  const auth = jwtAuth({ ...issuer.verification(), audience, profile: 'rfc9068', now })
  const app = express()
  app.use(mount(issuer.routes()))
  app.use(auth)
  app.post('/auctions/:auction/bid-tokens', requireScopes('bid'), async (req, res) => {
    const auction = req.params.auction
    const { token, expiresAt } = await issuer.sign(
      { auction, limit: 1_000 }, // how much this bidder is good for
      { typ: BID_TOKEN, audience: auctionServer, subject: auth.of(req).subject, expiresIn: LIFETIME },
    )
    res.status(201).set('Cache-Control', 'no-store').json({ token, expiresAt })
  })
  return app
}
