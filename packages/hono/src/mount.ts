import {
  markMount,
  pathBelow,
  runHandler,
  targetPath,
  toWebStream,
  writeHeaders,
  type BodySource,
  type HandlerResponse,
  type RouteHandler,
} from '@countersign/core/adapter'
import { Hono, type Context, type Next } from 'hono'
import { addressOf, headersOf, viewOf } from './context.ts'

/**
 * Serves the routes of sessions, of an issuer, or of any other handler, below the path at which they are mounted.
 * Middleware before may or may not have read the body with `c.req`. Routes are public by themselves: mount them
 * before `jwtAuth()`.
 *
 * @throws `TypeError` if the argument is not such a handler
 * @example
 * ```ts
 * app.route('/auth', mount(sessions.routes({ login })))
 * app.route('/', mount(issuer.routes()))
 * ```
 */
export function mount(handler: RouteHandler): Hono {
  const app = markMount(handler, new Hono())
  if (handler.routes === 'all') return app.use((c, next) => serve(handler, c, '', next))
  for (const route of new Set(handler.routes.map(({ path }) => path)))
    app.all(route, (c, next) => serve(handler, c, c.req.routePath.slice(0, -route.length), next))
  return app
}

async function serve(
  handler: RouteHandler,
  c: Context,
  prefix: string,
  next: Next,
): Promise<Response | undefined> {
  const view = viewOf(c)
  // The router decodes what it compares.
  const path = pathBelow(targetPath(view.url()), prefix)
  const source = path === undefined || handler.routes === 'all' ? NO_BODY : await bodyOf(c)
  const context = { ip: addressOf(c), raw: c, signal: () => c.req.raw.signal, ...source }
  const response = path === undefined ? undefined : await runHandler(handler, view, { path, ...context })
  if (response === undefined) await next()
  return response && toResponse(c, response)
}

/** Written through `c`, so that headers of middleware stay. A `Response` of our own would lose them. */
function toResponse(c: Context, { status, headers, body }: HandlerResponse): Response {
  writeHeaders(headersOf(c), headers)
  return c.newResponse(typeof body === 'object' ? toWebStream(body) : (body ?? null), status as 200)
}

/** For a request that a handler may not serve: reading every body would be expensive. */
const NO_BODY: BodySource = Object.freeze({ chunks: undefined, parsed: undefined })

/** `c.req` caches what middleware has read. */
async function bodyOf({ req }: Context): Promise<BodySource> {
  const { raw, bodyCache } = req
  if (!raw.bodyUsed) return { chunks: raw.body ?? undefined, parsed: undefined }
  return { ...NO_BODY, parsed: await (bodyCache.formData ?? req.text()) }
}
