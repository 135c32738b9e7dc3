import { createOrders } from '@countersign/example-orders'
import { jwtAuth, role, scope, type AuthenticatorOptions } from '@countersign/fastify'
import fastify, { type FastifyInstance } from 'fastify'

/** Own orders by scope; deleting is for administrators. */
export async function createApi(options: AuthenticatorOptions): Promise<FastifyInstance> {
  const orders = createOrders()
  const auth = jwtAuth(options)
  const app = fastify()
  await app.register(auth)

  app.get('/health', { config: { auth: false } }, () => ({ ok: true })) // public
  app.get('/orders', { config: { auth: scope('orders:read') } }, (request) =>
    orders.of(auth.of(request).subject),
  )
  app.post<{ Body: { item: string } }>(
    '/orders',
    { config: { auth: scope('orders:write') } },
    (request, reply) => {
      const order = orders.create(auth.of(request).subject, request.body.item)
      return reply.code(201).send(order)
    },
  )
  app.delete<{ Params: { id: string } }>(
    '/orders/:id',
    { config: { auth: role('admin') } },
    (request, reply) => reply.code(orders.delete(Number(request.params.id)) ? 204 : 404).send(),
  )
  return app
}
