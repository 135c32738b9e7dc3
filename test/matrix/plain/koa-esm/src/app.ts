import { jwtAuth, mount, requireScopes } from '@countersign/koa'
import '@countersign/koa/global'
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
  app.use(mount('/auth', sessions.routes({ login })))
  app.use(mount(issuer.routes()))
  app.use(open.routes()).use(jwtAuth()).use(closed.routes())
  return app
}
