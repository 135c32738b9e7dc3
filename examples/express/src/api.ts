import { jwtAuth, requireRoles, requireScopes, type AuthenticatorOptions } from '@countersign/express'
import { createOrders } from '@countersign/example-orders'
import express, { type Express } from 'express'

/** Own orders by scope; deleting is for administrators. */
export function createApi(options: AuthenticatorOptions): Express {
  const orders = createOrders()
  const auth = jwtAuth(options)
  const app = express()

  // registered before jwtAuth(): public
  app.get('/health', (_req, res) => void res.json({ ok: true }))

  app.use(auth)
  app.get('/orders', requireScopes('orders:read'), (req, res) => {
    res.json(orders.of(auth.of(req).subject))
  })
  app.post('/orders', requireScopes('orders:write'), express.json(), (req, res) => {
    const { item } = req.body as { item: string }
    res.status(201).json(orders.create(auth.of(req).subject, item))
  })
  app.delete('/orders/:id', requireRoles('admin'), (req, res) => {
    const { id } = req.params
    res.sendStatus(orders.delete(Number(id)) ? 204 : 404)
  })
  return app
}
