import { nodeRequestView } from '../../request/node-view.ts'
import { writeHeaders, type HeaderTarget } from '../headers.ts'
import type { HandlerContext } from './handler-request.ts'
import { pathBelow, targetPath } from './mount-path.ts'
import {
  goneSignal,
  sendHandlerResponse,
  type NodeBodyRequest,
  type NodeHandlerResponse,
} from './node-handler.ts'
import type { HandlerResponse, RouteHandler } from './route-handler.ts'
import { runHandler } from './run-handler.ts'

/** The members of Fastify's instance that are used. Core depends on no framework. */
export interface FastifyScope {
  readonly prefix: string
  readonly supportedMethods?: string[]
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
    readonly config: { readonly auth: false }
    readonly handler: (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>
  }): unknown
}

/** The members of Fastify's request that are used. */
export interface FastifyRequest {
  readonly raw: NodeBodyRequest
  readonly ip: string
  readonly originalUrl: string
  readonly body: unknown
  headers: Readonly<Record<string, unknown>>
}

/** The members of Fastify's reply that setting headers needs. */
export interface FastifyHeaders {
  readonly raw: { getHeader(name: string): unknown }
  getHeader(name: string): unknown
  removeHeader(name: string): { header(name: string, value: unknown): unknown }
}

/** The members of Fastify's reply that are used. */
export interface FastifyReply extends FastifyHeaders {
  readonly raw: NodeHandlerResponse
  readonly sent: boolean
  getHeaders(): Readonly<Record<string, string | readonly string[]>>
  code(status: number): FastifyReply
  send(body: unknown): FastifyReply
  callNotFound(): unknown
  hijack(): unknown
}

/** The methods that Fastify 4 routes at least. Nest 10 uses it, and it has no list of them. */
const METHODS = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT']

/**
 * A handler as a plugin of Fastify. As middleware it would lose headers that hooks have set, such as those of CORS. A
 * handler of routes needs a scope of its own, to which its body parsing is limited. A handler that is called for all
 * requests must be in the scope that registers it.
 */
export function fastifyMount(handler: RouteHandler): (scope: FastifyScope) => Promise<void> {
  const { routes } = handler
  return async function countersignMount(scope) {
    if (routes === 'all') return askFirst(scope, handler)
    leaveBodiesAlone(scope)
    for (const url of new Set(routes.map(({ path }) => path))) {
      scope.route({
        // All of them, since the handler itself rejects methods that are not allowed.
        method: scope.supportedMethods ?? METHODS,
        url,
        exposeHeadRoute: false,
        config: { auth: false },
        handler: (request, reply) => answer(handler, scope.prefix, request, reply),
      })
    }
  }
}

/** For any content type: the handler checks and reads the body. */
function leaveBodiesAlone(scope: FastifyScope): void {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
  // Fastify would reject an invalid media type before any parser. The handler reads the type from the original
  // headers.
  scope.addHook('onRequest', async (request) => {
    const { headers } = request
    if (headers['content-type'] !== undefined)
      request.headers = { ...headers, 'content-type': 'application/octet-stream' }
    return undefined
  })
}

function askFirst(scope: FastifyScope, handler: RouteHandler): void {
  scope.addHook('onRequest', async (request, reply) => {
    const path = targetPath(request.originalUrl)
    const response = await ask(handler, request, reply, path, undefined)
    return response === undefined ? undefined : send(reply, response)
  })
}

async function answer(
  handler: RouteHandler,
  prefix: string,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { raw, body } = request
  // The router decodes what it compares, and may ignore case.
  const path = pathBelow(targetPath(raw.url ?? '/'), prefix)
  const chunks = isStream(body) ? body : raw
  const response = path === undefined ? undefined : await ask(handler, request, reply, path, chunks)
  if (response !== undefined) return send(reply, response)
  reply.callNotFound()
  return reply
}

function ask(
  handler: RouteHandler,
  request: FastifyRequest,
  reply: FastifyReply,
  path: string,
  chunks: HandlerContext['chunks'],
): ReturnType<typeof runHandler> {
  const { raw, ip, originalUrl } = request
  const signal = (): AbortSignal => goneSignal(reply.raw)
  const context = { path, ip, raw: request, chunks, parsed: undefined, signal }
  return runHandler(handler, nodeRequestView(raw, originalUrl), context)
}

async function send(reply: FastifyReply, response: HandlerResponse): Promise<FastifyReply> {
  const { status, headers, body } = response
  if (typeof body === 'object') return stream(reply, response)
  writeHeaders(fastifyHeaders(reply), headers)
  // bytes: Fastify would add a charset to a text
  return reply.code(status).send(body === undefined ? undefined : Buffer.from(body))
}

/** Bypasses Fastify, whose streams end the process if the response below fails. */
async function stream(reply: FastifyReply, response: HandlerResponse): Promise<FastifyReply> {
  const { raw } = reply
  reply.hijack()
  try {
    for (const [name, value] of Object.entries(reply.getHeaders())) raw.setHeader(name, value)
    await sendHandlerResponse(raw, response)
  } catch (error) {
    if (raw.writableEnded !== true) raw.destroy?.()
    throw error
  }
  return reply
}

/** Headers may be in two places: hooks set theirs on the reply, middleware on Node's response below. */
export function fastifyHeaders(reply: FastifyHeaders): HeaderTarget {
  return {
    getHeader: (name) => [...new Set([reply.raw.getHeader(name), reply.getHeader(name)].flat())],
    setHeader: (name, value) => reply.removeHeader(name).header(name, value),
  }
}

function isStream(body: unknown): body is AsyncIterable<unknown> {
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body
}
