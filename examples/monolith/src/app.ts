import { jwtAuth, requireRoles, requireScopes } from '@countersign/express'
import { createOrders } from '@countersign/example-orders'
import { createIssuer } from '@countersign/issuer'
import express, { type Express } from 'express'
import type { Accounts } from './accounts.ts'

/** What the server is told from outside. */
export interface Settings {
  /** Where clients reach it: `iss` and `aud` of its tokens. */
  readonly url: string
  /** At least 32 random bytes each, the signing one first. Tokens of the others are good, too. */
  readonly secrets: readonly string[]
  readonly accounts: Accounts
}

/** One server that signs its users in and verifies its own tokens. There are no keys to fetch: one secret does both. */
export function createApp({ url, secrets, accounts }: Settings): Express {
  const issuer = createIssuer({
    issuer: url,
    audience: url,
    clientId: 'web',
    algorithm: 'HS256',
    secret: secrets,
  })
  const auth = jwtAuth({ ...issuer.verification(), audience: url, profile: 'rfc9068' })
  const orders = createOrders()
  const app = express()

  // Before jwtAuth(): public. In production, a limit of attempts goes in front of it.
  app.post('/login', express.json({ limit: '4kb' }), async (req, res) => {
    const account = await accounts.verify(req.body)
    if (account === undefined) return void res.status(401).json({ code: 'credentials_rejected' })
    const { token, expiresAt } = await issuer.accessToken({
      subject: account.id,
      roles: account.roles,
      scope: account.scopes,
    })
    res.set('Cache-Control', 'no-store').json({ token, expiresAt })
  })

  app.use(auth)
  app.get('/orders', requireScopes('orders:read'), (req, res) => {
    res.json(orders.of(auth.of(req).subject))
  })
  app.post('/orders', requireScopes('orders:write'), express.json(), (req, res) => {
    const { item } = req.body as { item: string }
    res.status(201).json(orders.create(auth.of(req).subject, item))
  })
  app.delete('/orders/:id', requireRoles('admin'), (req, res) => {
    const { id } = req.params
    res.sendStatus(orders.delete(Number(id)) ? 204 : 404)
  })
  return app
}
