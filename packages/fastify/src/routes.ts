import {
  createHandlerRequest,
  mergeHandlerHeaders,
  nodeRequestView,
  pathBelow,
  runHandler,
  targetPath,
  type HandlerResponse,
  type IssuerSource,
  type RouteHandler,
  type SessionSource,
} from '@countersign/core/adapter'
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { Readable } from 'node:stream'

/**
 * The routes of sessions: login, refresh, logout and more, below the prefix that they are registered with. They are
 * public also where `jwtAuth()` protects the scope above, read their bodies themselves, and run the hooks of that scope.
 *
 * @throws `OptionError` naming the option and the remedy
 * @example
 * ```ts
 * app.register(sessionRoutes(sessions, { login }), { prefix: '/auth' })
 * ```
 */
export function sessionRoutes<Options>(
  sessions: SessionSource<Options>,
  options: NoInfer<Options>,
): FastifyPluginAsync {
  return serve(sessions.routes(options))
}

/**
 * The routes of an issuer: its keys and its metadata below `/.well-known`, so register them without a prefix. They are
 * public also where `jwtAuth()` protects the scope above.
 *
 * @example
 * ```ts
 * app.register(issuerRoutes(issuer))
 * ```
 */
export function issuerRoutes(issuer: IssuerSource): FastifyPluginAsync {
  return serve(issuer.routes())
}

/** A plugin with a scope of its own, so that its way with bodies ends where it does. */
function serve(handler: RouteHandler): FastifyPluginAsync {
  return async function countersignRoutes(scope) {
    leaveBodiesAlone(scope)
    for (const url of new Set(handler.routes.map(({ path }) => path))) {
      scope.route({
        // All of them, since the handler says itself which are not allowed.
        method: scope.supportedMethods,
        url,
        exposeHeadRoute: false,
        config: { auth: false },
        handler: (request, reply) => answer(handler, scope.prefix, request, reply),
      })
    }
  }
}

/** Whatever the type of a body: the handler judges and reads it. */
function leaveBodiesAlone(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
  // A type that is no media type Fastify would refuse before any parser. Ours is read from the request as it came.
  scope.addHook('onRequest', async (request) => {
    const { headers } = request
    if (headers['content-type'] !== undefined)
      request.headers = { ...headers, 'content-type': 'application/octet-stream' }
  })
}

async function answer(
  handler: RouteHandler,
  prefix: string,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { raw, ip, originalUrl, body } = request
  // The router decodes and may fold what it compares.
  const path = pathBelow(targetPath(raw.url ?? '/'), prefix)
  const context = { ip, raw: request, chunks: body instanceof Readable ? body : raw, parsed: undefined }
  const response =
    path === undefined
      ? undefined
      : await runHandler(
          handler,
          createHandlerRequest(nodeRequestView(raw, originalUrl), { path, ...context }),
        )
  if (response !== undefined) return send(reply, response)
  reply.callNotFound()
  return reply
}

/** Headers may wait in two places: hooks leave theirs on the reply, middleware on Node's response below. */
function send(reply: FastifyReply, { status, headers, body }: HandlerResponse): FastifyReply {
  const earlier = (name: string): unknown[] => [
    ...new Set([reply.raw.getHeader(name), reply.getHeader(name)].flat()),
  ]
  for (const [name, value] of mergeHandlerHeaders(headers, earlier))
    reply.removeHeader(name).header(name, value)
  // bytes: to a text Fastify would add a charset
  return reply.code(status).send(body === undefined ? undefined : Buffer.from(body))
}
