import { jwtAuth, requireRoles } from '@countersign/express'
import express, { type Express } from 'express'
import { createOrders } from './orders.ts'

/** What the service is told from outside. */
export interface OrderSettings {
  /** The identity service. Its keys are found from here, and nothing else of it is known. */
  readonly issuer: string
  /** This service, as tokens name it. */
  readonly audience: string
  readonly now: () => number
}

/** Orders, each of which belongs to whoever placed it. */
export function createOrderService(settings: OrderSettings): Express {
  const orders = createOrders()
  const auth = jwtAuth({ ...settings, profile: 'rfc9068' })
  const app = express()
  app.use(auth)

  app.post('/orders', express.json({ limit: '4kb' }), (req, res) => {
    const item: unknown = Object(req.body)['item']
    if (typeof item !== 'string') return void res.status(400).json({ code: 'body_invalid' })
    // The owner is who the token says, never what the body says.
    res.status(201).json(orders.place(auth.of(req).subject, item))
  })
  app.get('/orders', (req, res) => {
    res.json(orders.of(auth.of(req).subject))
  })
  app.get('/orders/:id', (req, res) => {
    const { subject, roles } = auth.of(req)
    const order = orders.find(Number(req.params.id))
    const maySee = order !== undefined && (order.owner === subject || roles.includes('admin'))
    // Somebody else's order is as absent as one that does not exist.
    if (!maySee) return void res.status(404).json({ code: 'order_not_found' })
    res.json(order)
  })
  app.get('/all-orders', requireRoles('admin'), (_req, res) => {
    res.json(orders.all())
  })
  return app
}
