// #region app
import { jwtAuth, scope, type JwtAuthOptions } from '@countersign/fastify'
import '@countersign/fastify/global' // the type of request.auth
import fastify, { type FastifyInstance } from 'fastify'

/** Without options, they come from the environment: that is what production calls. */
export async function createApp(auth?: JwtAuthOptions): Promise<FastifyInstance> {
  const app = fastify()
  await app.register(jwtAuth(auth))
  app.get('/orders', { config: { auth: scope('orders:read') } }, (request) => ({ of: request.auth?.subject }))
  return app
}
// #endregion
