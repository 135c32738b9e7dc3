// #region start
import { jwtAuth, requireScopes } from '@countersign/hono'
import '@countersign/hono/global' // the type of c.var.auth
import { serve } from '@hono/node-server'
import { Hono } from 'hono'

const app = new Hono()
app.get('/health', (c) => c.text('ok')) // registered before jwtAuth(): public
app.use(jwtAuth({ issuer: 'https://idp.example.com', audience: 'https://api.example.com' }))
app.get('/me', (c) => c.json({ subject: c.var.auth?.subject }))
app.get('/orders', requireScopes('orders:read'), (c) => c.json([]))
serve({ fetch: app.fetch, port: 3000 }) // on Bun, Deno or workerd: export default app
// #endregion
