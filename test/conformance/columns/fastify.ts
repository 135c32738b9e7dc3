import { authorize, issuerRoutes, jwtAuth, sessionRenewal, sessionRoutes } from '@countersign/fastify'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { AddressInfo } from 'node:net'
import { METHOD_OVERRIDE, type Column, type Reply, type RunningApp } from '../spec.ts'

export const fastify5: Column = {
  name: 'Fastify 5',
  package: '@countersign/fastify',
  framework: { name: 'fastify', version: fastify().version },
  async start({ auth, foreignAuth, sessions: mounted, routes }, hooks) {
    const app = fastify({ exposeHeadRoutes: true })
    app.setErrorHandler((error, _request, reply) => send(reply, hooks.onError(error)))
    app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
    if (foreignAuth !== undefined) {
      app.decorateRequest('auth')
      app.addHook('onRequest', async (request) => {
        Object.assign(request, { auth: foreignAuth })
      })
    }
    if (mounted?.renewal) await app.register(sessionRenewal(mounted.sessions))
    if (auth !== undefined) await app.register(jwtAuth(auth))
    if (mounted !== undefined)
      await app.register(sessionRoutes(mounted.sessions, mounted.options), { prefix: '/auth' })
    const property = (auth?.property ?? 'auth') as 'auth'
    for (const route of routes) {
      app.route({
        method: route.method,
        url: route.path,
        // both ways to ask for something: in the route's configuration, and as a hook where no plugin reads that
        config: {
          ...(route.public ? { auth: false } : auth && route.requirement && { auth: route.requirement }),
        },
        ...(route.requirement && auth === undefined ? { preHandler: authorize(route.requirement) } : {}),
        handler: (request: FastifyRequest, reply: FastifyReply) =>
          send(reply, hooks.handle(route, request[property])),
      })
    }
    return listen(app)
  },
  async startRoutes({ auth, sessions, greeting, issuer, earlier }) {
    const app = fastify({ forceCloseConnections: true })
    app.addHook('onRequest', async ({ raw, headers }, reply) => {
      for (const [name, value] of earlier) reply.header(name, value)
      const { method } = raw
      Object.assign(raw, { originalMethod: method, method: headers[METHOD_OVERRIDE] ?? method })
    })
    await app.register(jwtAuth(auth))
    await app.register(sessionRoutes(sessions, { greeting }), { prefix: '/auth' })
    await app.register(issuerRoutes(issuer))
    return listen(app)
  },
}

async function listen(app: FastifyInstance): Promise<RunningApp> {
  await app.listen({ host: '127.0.0.1', port: 0 })
  return { port: (app.server.address() as AddressInfo).port, stop: () => app.close() }
}

function send(reply: FastifyReply, { status, headers, body }: Reply): FastifyReply {
  return reply
    .code(status)
    .headers(headers)
    .send(Buffer.from(JSON.stringify(body)))
}
