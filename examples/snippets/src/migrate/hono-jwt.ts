import { serve } from '@hono/node-server'
import { Hono } from 'hono'
// #region after
import { jwtAuth, requireScopes } from '@countersign/hono'
import '@countersign/hono/global' // the type of c.var.auth

const app = new Hono()
app.use(
  '/api/*',
  jwtAuth({
    issuer: 'https://idp.example.com', // was: verification.iss
    audience: 'https://api.example.com', // was: verification.aud
    secret: process.env['JWT_SECRET'] ?? '', // or, instead of hono/jwk: nothing, and keys are discovered
  }),
)
app.get(
  '/api/orders',
  requireScopes('orders:read'),
  (c) => c.json({ of: c.var.auth?.subject }), // was: c.get('jwtPayload').sub
)
// #endregion
serve({ fetch: app.fetch, port: 3000 })
