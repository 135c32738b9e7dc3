// #region start
import { jwtAuth, requireScopes } from '@countersign/koa'
import '@countersign/koa/global' // the type of ctx.state.auth
import { Router } from '@koa/router'
import Koa from 'koa'

const open = new Router().get('/health', (ctx) => void (ctx.body = 'ok'))
const api = new Router()
api.get('/me', (ctx) => void (ctx.body = { subject: ctx.state.auth?.subject }))
api.get('/orders', requireScopes('orders:read'), (ctx) => void (ctx.body = []))

const app = new Koa()
app.use(open.routes()) // before jwtAuth(): public
app.use(jwtAuth({ issuer: 'https://idp.example.com', audience: 'https://api.example.com' }))
app.use(api.routes())
app.listen(3000)
// #endregion
