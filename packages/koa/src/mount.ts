import {
  assertMountPath,
  markMount,
  nodeHandlerContext,
  nodeRequestView,
  pathBelow,
  runHandler,
  sendHandlerResponse,
  targetPath,
  writeHeaders,
  type HandlerResponse,
  type RouteHandler,
} from '@countersign/core/adapter'
import type { Middleware, ParameterizedContext } from 'koa'

/**
 * Serves the routes of sessions, of an issuer, or of any other handler, below a path or at the root. Works with and
 * without body parsers before it. Routes are public by themselves: use them before `jwtAuth()`.
 *
 * @throws `OptionError` if the path is not a plain one; `TypeError` if the handler is not one
 * @example
 * ```ts
 * app.use(mount('/auth', sessions.routes({ login })))
 * app.use(mount(issuer.routes()))
 * ```
 */
export function mount(path: string, handler: RouteHandler): Middleware
export function mount(handler: RouteHandler): Middleware
export function mount(...given: [string, RouteHandler] | [RouteHandler]): Middleware {
  const [prefix, handler] = given.length === 1 ? ['', given[0]] : given
  if (given.length > 1) assertMountPath('path', prefix)
  const middleware: Middleware = async function countersignMount(ctx, next) {
    const path = pathBelow(targetPath(ctx.url), prefix)
    if (path === undefined) return next()
    const { ip, originalUrl } = ctx
    const { body } = ctx.request as { readonly body?: unknown }
    const context = nodeHandlerContext(ctx.req, ctx.res, { path, ip, body, raw: ctx })
    const response = await runHandler(handler, nodeRequestView(ctx.req, originalUrl), context)
    return response === undefined ? next() : send(ctx, response)
  }
  return markMount(handler, middleware)
}

/** Written through `ctx`, so that outer middleware sees the response. */
function send(ctx: ParameterizedContext, response: HandlerResponse): Promise<void> | undefined {
  if (ctx.headerSent) return undefined
  const { status, headers, body } = response
  if (typeof body === 'object') {
    ctx.respond = false // Koa's streams end the process if the response below fails
    return sendHandlerResponse(ctx.res, response)
  }
  ctx.status = status
  // A text, even an empty one: otherwise Koa would write the name of the status, or change it.
  ctx.body = body ?? ''
  ctx.remove('Content-Type') // which Koa has guessed from the body
  writeHeaders(ctx.res, headers)
  return undefined
}
