import {
  assertMountPath,
  mergeHandlerHeaders,
  nodeHandlerRequest,
  pathBelow,
  runHandler,
  targetPath,
  type HandlerResponse,
  type IssuerSource,
  type RenewalSource,
  type RouteHandler,
  type SessionSource,
} from '@countersign/core/adapter'
import type { Middleware, ParameterizedContext } from 'koa'

/** Where routes are mounted. */
export interface MountOptions {
  /** The path that all of them begin with. Default `'/auth'`. */
  readonly prefix?: string
}

/**
 * The routes of sessions: login, refresh, logout and more, below `prefix`. Body parsers may run before, and need not.
 * They are public by themselves: use them before `jwtAuth()`.
 *
 * @throws `OptionError` naming the option and the remedy
 * @example
 * ```ts
 * app.use(sessionRoutes(sessions, { prefix: '/auth', login }))
 * ```
 */
export function sessionRoutes<Options extends object>(
  sessions: SessionSource<Options>,
  options: NoInfer<Options> & MountOptions,
): Middleware {
  const { prefix = '/auth', ...rest } = options
  assertMountPath('prefix', prefix)
  // All that Options ask for is still there: the prefix is ours alone.
  return serve(sessions.routes(rest as object as Options), prefix)
}

/**
 * The routes of an issuer: its keys and its metadata, below `/.well-known`. They are public by themselves: use them
 * before `jwtAuth()`.
 *
 * @example
 * ```ts
 * app.use(issuerRoutes(issuer))
 * ```
 */
export function issuerRoutes(issuer: IssuerSource): Middleware {
  return serve(issuer.routes(), '')
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
export function sessionRenewal(sessions: RenewalSource): Middleware {
  return serve(sessions.renewal(), '')
}

function serve(handler: RouteHandler, prefix: string): Middleware {
  return async function countersignRoutes(ctx, next) {
    const path = pathBelow(targetPath(ctx.url), prefix)
    if (path === undefined) return next()
    const { body } = ctx.request as { readonly body?: unknown }
    const { ip, originalUrl } = ctx
    const response = await runHandler(
      handler,
      nodeHandlerRequest(ctx.req, { path, ip, body, raw: ctx, originalUrl }),
    )
    return response === undefined ? next() : send(ctx, response)
  }
}

/** Through `ctx`, so that middleware around this one sees the answer. */
function send(ctx: ParameterizedContext, { status, headers, body }: HandlerResponse): void {
  ctx.status = status
  // A text, if an empty one: for none Koa would write the name of the status, or change it.
  ctx.body = body ?? ''
  ctx.remove('Content-Type') // which Koa has guessed from the body
  for (const [name, value] of mergeHandlerHeaders(headers, (earlier) => ctx.res.getHeader(earlier)))
    ctx.set(name, [value].flat())
}
