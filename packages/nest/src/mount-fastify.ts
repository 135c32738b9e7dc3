import {
  createHandlerRequest,
  mergeHandlerHeaders,
  nodeRequestView,
  pathBelow,
  runHandler,
  targetPath,
  type HandlerResponse,
  type NodeBodyRequest,
  type RouteHandler,
} from '@countersign/core/adapter'
import { Readable } from 'node:stream'

/** The members of Fastify's instance that are used: Nest's platform brings Fastify, this package does not. */
export interface FastifyScope {
  readonly prefix: string
  readonly supportedMethods?: string[]
  register(plugin: (scope: FastifyScope) => Promise<void>, options: { readonly prefix: string }): unknown
  removeAllContentTypeParsers(): void
  addContentTypeParser(
    type: string,
    parser: (request: unknown, payload: unknown, done: (error: null, body: unknown) => void) => void,
  ): unknown
  addHook(
    name: 'onRequest',
    hook: (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply | undefined>,
  ): unknown
  route(options: {
    readonly method: string[]
    readonly url: string
    readonly exposeHeadRoute: false
    readonly handler: (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>
  }): unknown
}

interface FastifyRequest {
  readonly raw: NodeBodyRequest
  readonly ip: string
  readonly originalUrl: string
  readonly body: unknown
  headers: Readonly<Record<string, unknown>>
}

interface FastifyReply {
  readonly raw: { getHeader(name: string): unknown }
  getHeader(name: string): unknown
  removeHeader(name: string): FastifyReply
  header(name: string, value: unknown): FastifyReply
  code(status: number): FastifyReply
  send(body: Uint8Array | undefined): FastifyReply
  callNotFound(): unknown
}

/** What Fastify 4, which Nest 10 brings, routes at least, and has no list of. */
const METHODS = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT']

/**
 * Routes in a scope of Fastify of their own. As middleware they would lose the headers that hooks have set, those of
 * CORS among them; as controllers, malformed bodies would be answered before they are asked.
 */
export function mountOnFastify(app: FastifyScope, prefix: string, handler: RouteHandler): void {
  app.register(
    async (scope) => {
      leaveBodiesAlone(scope)
      for (const url of new Set(handler.routes.map(({ path }) => path))) {
        scope.route({
          // All of them, since the handler says itself which are not allowed.
          method: scope.supportedMethods ?? METHODS,
          url,
          exposeHeadRoute: false,
          handler: (request, reply) => answer(handler, prefix, request, reply),
        })
      }
    },
    { prefix },
  )
}

/** Whatever the type of a body: the handler judges and reads it. */
function leaveBodiesAlone(scope: FastifyScope): void {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
  // A type that is no media type Fastify would refuse before any parser. Ours is read from the request as it came.
  scope.addHook('onRequest', async (request) => {
    const { headers } = request
    if (headers['content-type'] !== undefined)
      request.headers = { ...headers, 'content-type': 'application/octet-stream' }
    return undefined
  })
}

/** A hook for all routes, those of controllers included: it runs before Nest does. */
export function renewOnFastify(app: FastifyScope, handler: RouteHandler): void {
  app.addHook('onRequest', async (request, reply) => {
    const { raw, ip, originalUrl } = request
    const path = targetPath(originalUrl)
    const context = { path, ip, raw: request, chunks: undefined, parsed: undefined }
    const handed = createHandlerRequest(nodeRequestView(raw, originalUrl), context)
    const response = await runHandler(handler, handed)
    return response && send(reply, response)
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
