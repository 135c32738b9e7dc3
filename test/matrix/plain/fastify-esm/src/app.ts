import { jwtAuth, mount, scope } from '@countersign/fastify'
import '@countersign/fastify/global'
import fastify from 'fastify'
import { issuer, login, sessions } from './sessions.js'

export function createApp() {
  const app = fastify()
  app.register(jwtAuth())
  app.register(mount(sessions.routes({ login })), { prefix: '/auth' })
  app.register(mount(issuer.routes()))
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
