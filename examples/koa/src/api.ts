import { jwtAuth, requireRoles, requireScopes, type AuthenticatorOptions } from '@countersign/koa'
import { createOrders } from '@countersign/example-orders'
import { bodyParser } from '@koa/bodyparser'
import { Router } from '@koa/router'
import Koa from 'koa'

/** Own orders by scope; deleting is for administrators. */
export function createApi(options: AuthenticatorOptions): Koa {
  const orders = createOrders()
  const auth = jwtAuth(options)

  const open = new Router()
  open.get('/health', (ctx) => {
    ctx.body = { ok: true }
  })

  const api = new Router()
  api.get('/orders', requireScopes('orders:read'), (ctx) => {
    ctx.body = orders.of(auth.of(ctx).subject)
  })
  api.post('/orders', requireScopes('orders:write'), bodyParser(), (ctx) => {
    const { item } = ctx.request.body as { item: string }
    ctx.status = 201
    ctx.body = orders.create(auth.of(ctx).subject, item)
  })
  api.delete('/orders/:id', requireRoles('admin'), (ctx) => {
    const { id } = ctx.params
    ctx.status = orders.delete(Number(id)) ? 204 : 404
  })

  const app = new Koa()
  app.use(open.routes()) // before jwtAuth(): public
  app.use(auth)
  app.use(api.routes())
  return app
}
