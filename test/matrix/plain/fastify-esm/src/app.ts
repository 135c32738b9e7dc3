import { jwtAuth, scope } from '@countersign/fastify'
import fastify from 'fastify'

export function createApp() {
  const app = fastify()
  app.register(jwtAuth())
  app.get('/', { config: { auth: false } }, () => 'Hello World!')
  app.get('/me', (request) => ({ subject: request.auth?.subject }))
  app.get('/orders', { config: { auth: scope('orders:read') } }, () => [])
  return {
    listen(port: number, host: string) {
      app.listen({ port, host }, (error) => {
        if (error !== null) throw error
      })
      return app.server
    },
  }
}
