import {
  createHandlerRequest,
  mergeHandlerHeaders,
  nodeRequestView,
  pathBelow,
  runHandler,
  targetPath,
  type HandlerResponse,
  type IssuerSource,
  type RenewalSource,
  type RouteHandler,
  type SessionSource,
} from '@countersign/core/adapter'
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
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

/**
 * For pages that the server renders: where a browser opens one with an expired access cookie and a good refresh cookie,
 * both are renewed, and it is sent to the same page again. All other requests go on untouched. Register it
 * before `jwtAuth()`, in the same scope.
 *
 * @throws `OptionError` where the sessions have no cookies
 * @example
 * ```ts
 * app.register(sessionRenewal(sessions))
 * ```
 */
export function sessionRenewal(sessions: RenewalSource): FastifyPluginAsync {
  const handler = sessions.renewal()

  async function renew(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> {
    const { raw, ip, originalUrl } = request
    const path = targetPath(originalUrl)
    const context = { path, ip, raw: request, chunks: undefined, parsed: undefined }
    const handed = createHandlerRequest(nodeRequestView(raw, originalUrl), context)
    const response = await runHandler(handler, handed)
    return response && send(reply, response)
  }

  async function countersignRenewal(app: FastifyInstance): Promise<void> {
    app.addHook('onRequest', renew)
  }
  // Not encapsulated: it renews for the scope that registers it.
  return fp(countersignRenewal, { name: '@countersign/fastify/renewal', fastify: '5.x' })
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
