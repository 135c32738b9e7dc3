import {
  createHandlerRequest,
  mergeHandlerHeaders,
  pathBelow,
  runHandler,
  targetPath,
  type HandlerRequest,
  type HandlerResponse,
  type IssuerSource,
  type RenewalSource,
  type RouteHandler,
  type SessionSource,
} from '@countersign/core/adapter'
import { Hono, type Context, type MiddlewareHandler } from 'hono'
import { incomingOf, viewOf } from './view.ts'

/**
 * The routes of sessions: login, refresh, logout and more, below the path that they are mounted at. Middleware before
 * may have read the body by `c.req`, and need not. They are public by themselves: mount them before `jwtAuth()`.
 *
 * @throws `OptionError` naming the option and the remedy
 * @example
 * ```ts
 * app.route('/auth', sessionRoutes(sessions, { login }))
 * ```
 */
export function sessionRoutes<Options>(sessions: SessionSource<Options>, options: NoInfer<Options>): Hono {
  return serve(sessions.routes(options))
}

/**
 * The routes of an issuer: its keys and its metadata below `/.well-known`, so mount them at the root. They are public
 * by themselves: mount them before `jwtAuth()`.
 *
 * @example
 * ```ts
 * app.route('/', issuerRoutes(issuer))
 * ```
 */
export function issuerRoutes(issuer: IssuerSource): Hono {
  return serve(issuer.routes())
}

/**
 * For pages that the server renders: where a browser opens one with an expired access cookie and a good refresh cookie,
 * both are renewed, and it is sent to the same page again. All other requests go on untouched. Use it before
 * `jwtAuth()`.
 *
 * @throws `OptionError` where the sessions have no cookies
 * @example
 * ```ts
 * app.use(sessionRenewal(sessions))
 * ```
 */
export function sessionRenewal(sessions: RenewalSource): MiddlewareHandler {
  const handler = sessions.renewal()
  return async function countersignRenewal(c, next) {
    const view = viewOf(c)
    const path = targetPath(view.url())
    const ip = addressOf(c)
    // No body: it is not read, and to look at it would cost every request.
    const request = createHandlerRequest(view, { path, ip, raw: c, chunks: undefined, parsed: undefined })
    const response = await runHandler(handler, request)
    if (response === undefined) await next()
    return response && toResponse(c, response)
  }
}

function serve(handler: RouteHandler): Hono {
  const app = new Hono()
  for (const route of new Set(handler.routes.map(({ path }) => path))) {
    app.all(route, async function countersignRoutes(c, next) {
      const request = await toHandlerRequest(c, c.req.routePath.slice(0, -route.length))
      const response = request && (await runHandler(handler, request))
      if (response === undefined) await next()
      return response && toResponse(c, response)
    })
  }
  return app
}

/** `undefined` where the path only matched because the router decodes. */
async function toHandlerRequest(c: Context, mount: string): Promise<HandlerRequest | undefined> {
  const view = viewOf(c)
  const path = pathBelow(targetPath(view.url()), mount)
  if (path === undefined) return undefined
  const { raw } = c.req
  return createHandlerRequest(view, {
    path,
    ip: addressOf(c),
    raw: c,
    chunks: raw.body ?? undefined,
    // What middleware has read through `c.req` is kept there.
    parsed: raw.bodyUsed ? await c.req.text() : undefined,
  })
}

function addressOf(c: Context): string | undefined {
  return incomingOf(c)?.socket?.remoteAddress
}

/** Through `c`, so that headers which middleware has set stay; a `Response` of our own would lose them. */
function toResponse(c: Context, { status, headers, body }: HandlerResponse): Response {
  const earlier = (name: string): unknown =>
    name === 'set-cookie' ? c.res.headers.getSetCookie() : (c.res.headers.get(name) ?? undefined)
  for (const [name, value] of mergeHandlerHeaders(headers, earlier)) {
    c.header(name, undefined)
    for (const one of [value].flat()) c.header(name, one, { append: true })
  }
  return c.newResponse(body ?? null, status as 200)
}
