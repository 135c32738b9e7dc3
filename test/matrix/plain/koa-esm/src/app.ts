import { issuerRoutes, jwtAuth, requireScopes, sessionRoutes } from '@countersign/koa'
import Router from '@koa/router'
import Koa from 'koa'
import { issuer, login, sessions } from './sessions.js'

export function createApp() {
  const app = new Koa()
  const open = new Router()
  open.get('/', (ctx) => {
    ctx.body = 'Hello World!'
  })
  const closed = new Router()
  closed.get('/me', (ctx) => {
    ctx.body = { subject: ctx.state.auth?.subject }
  })
  closed.get('/orders', requireScopes('orders:read'), (ctx) => {
    ctx.body = []
  })
  app.use(sessionRoutes(sessions, { prefix: '/auth', login }))
  app.use(issuerRoutes(issuer))
  app.use(open.routes()).use(jwtAuth()).use(closed.routes())
  return app
}
