// #region app
import { jwtAuth, requireScopes, type JwtAuthOptions } from '@countersign/express'
import '@countersign/express/global' // the type of req.auth
import express, { type Express } from 'express'

/** Without options, they come from the environment: that is what production calls. */
export function createApp(auth?: JwtAuthOptions): Express {
  const app = express()
  app.use(jwtAuth(auth))
  app.get('/orders', requireScopes('orders:read'), (req, res) => res.json({ of: req.auth?.subject }))
  return app
}
// #endregion
