import { jwtAuth, mount, requireScopes } from '@countersign/hono'
import '@countersign/hono/global'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { createServer } from 'node:http'
import { issuer, login, sessions } from './sessions.js'

export function createApp() {
  const app = new Hono()
  app.get('/', (c) => c.text('Hello World!'))
  app.route('/auth', mount(sessions.routes({ login })))
  app.route('/', mount(issuer.routes()))
  app.use(jwtAuth())
  app.get('/me', (c) => c.json({ subject: c.var.auth?.subject }))
  app.get('/orders', requireScopes('orders:read'), (c) => c.json([]))
  return createServer(getRequestListener(app.fetch))
}
