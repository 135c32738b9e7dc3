import { createOrders } from '@countersign/example-orders'
import { jwtAuth, requireRoles, requireScopes, type AuthenticatorOptions } from '@countersign/hono'
import { Hono } from 'hono'

/** Own orders by scope; deleting is for administrators. */
export function createApi(options: AuthenticatorOptions): Hono {
  const orders = createOrders()
  const auth = jwtAuth(options)
  const app = new Hono()

  // registered before jwtAuth(): public
  app.get('/health', (c) => c.json({ ok: true }))

  app.use(auth)
  app.get('/orders', requireScopes('orders:read'), (c) => c.json(orders.of(auth.of(c).subject)))
  app.post('/orders', requireScopes('orders:write'), async (c) => {
    const { item } = await c.req.json<{ item: string }>()
    return c.json(orders.create(auth.of(c).subject, item), 201)
  })
  app.delete('/orders/:id', requireRoles('admin'), (c) =>
    c.body(null, orders.delete(Number(c.req.param('id'))) ? 204 : 404),
  )
  return app
}
