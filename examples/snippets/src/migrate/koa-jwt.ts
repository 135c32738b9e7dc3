import Koa from 'koa'
import { Router } from '@koa/router'
// #region after
import { jwtAuth, requireScopes } from '@countersign/koa'
import '@countersign/koa/global' // the type of ctx.state.auth

const open = new Router().get('/health', (ctx) => void (ctx.body = 'ok')) // instead of unless({ path: ['/health'] })
const api = new Router()
api.get('/orders', requireScopes('orders:read'), (ctx) => {
  ctx.body = { of: ctx.state.auth?.subject } // was: ctx.state.user.sub
})

const app = new Koa()
app.use(open.routes())
app.use(
  jwtAuth({
    issuer: 'https://idp.example.com',
    audience: 'https://api.example.com',
    secret: process.env['JWT_SECRET'] ?? '', // a list of secrets is accepted, too
  }),
)
app.use(api.routes())
// #endregion
app.listen(3000)
