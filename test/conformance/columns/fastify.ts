import { authorize, jwtAuth, mount } from '@countersign/fastify'
import cors from '@fastify/cors'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { AddressInfo } from 'node:net'
import { METHOD_OVERRIDE, type Column, type Reply, type RunningApp } from '../spec.ts'

export const fastify5: Column = {
  name: 'Fastify 5',
  package: '@countersign/fastify',
  framework: { name: 'fastify', version: fastify().version },
  async start({ auth, foreignAuth, tamper, cors: origin, sessions: mounted, routes }, hooks) {
    const app = fastify({ exposeHeadRoutes: true, forceCloseConnections: true })
    app.addHook('onRequest', async (_request, reply) => tamper?.(reply.raw))
    app.setErrorHandler((error, _request, reply) => send(reply, hooks.onError(error)))
    app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
    if (origin !== undefined) await app.register(cors, { origin: [origin] })
    if (foreignAuth !== undefined) {
      app.decorateRequest('auth')
      app.addHook('onRequest', async (request) => {
        Object.assign(request, { auth: foreignAuth })
      })
    }
    if (mounted?.renewal) await app.register(mount(mounted.sessions.renewal()))
    if (auth !== undefined) await app.register(jwtAuth(auth))
    if (mounted !== undefined)
      await app.register(mount(mounted.sessions.routes(mounted.options)), { prefix: '/auth' })
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
  async startRoutes({ auth, sessions, issuer, earlier, tamper }) {
    const app = fastify({ forceCloseConnections: true })
    app.addHook('onRequest', async (_request, reply) => tamper?.(reply.raw))
    app.addHook('onRequest', async ({ raw, headers }, reply) => {
      for (const [name, value] of earlier) reply.header(name, value)
      const { method } = raw
      Object.assign(raw, { originalMethod: method, method: headers[METHOD_OVERRIDE] ?? method })
    })
    await app.register(jwtAuth(auth))
    await app.register(mount(sessions), { prefix: '/auth' })
    await app.register(mount(issuer))
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
