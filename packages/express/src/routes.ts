import {
  nodeHandlerRequest,
  runHandler,
  sendHandlerResponse,
  targetPath,
  type IssuerSource,
  type RenewalSource,
  type RouteHandler,
  type SessionSource,
} from '@countersign/core/adapter'
import type { Request, RequestHandler } from 'express'

/**
 * The routes of sessions: login, refresh, logout and more, below where they are mounted. Body parsers may run before,
 * and need not. They are public by themselves: mount them before `jwtAuth()`.
 *
 * @throws `OptionError` naming the option and the remedy
 * @example
 * ```ts
 * app.use('/auth', sessionRoutes(sessions, { login }))
 * ```
 */
export function sessionRoutes<Options>(
  sessions: SessionSource<Options>,
  options: NoInfer<Options>,
): RequestHandler {
  return serve(sessions.routes(options))
}

/**
 * The routes of an issuer: its keys and its metadata below `/.well-known`, so mount them without a path. They are
 * public by themselves: mount them before `jwtAuth()`.
 *
 * @example
 * ```ts
 * app.use(issuerRoutes(issuer))
 * ```
 */
export function issuerRoutes(issuer: IssuerSource): RequestHandler {
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
export function sessionRenewal(sessions: RenewalSource): RequestHandler {
  return serve(sessions.renewal())
}

function serve(handler: RouteHandler): RequestHandler {
  return function countersignRoutes(req, res, next) {
    const { ip } = req
    const body = req.body as unknown
    const request = nodeHandlerRequest(req, { path: pathOf(req), ip, body, raw: req })
    runHandler(handler, request)
      .then((response) => (response === undefined ? next() : sendHandlerResponse(res, response)))
      .catch(next)
  }
}

/** Of the slashes behind a mount, Express 4 takes one for part of the mount. */
function pathOf({ url, originalUrl, baseUrl }: Request): string {
  const path = targetPath(url)
  return baseUrl !== '' && targetPath(originalUrl) === `${baseUrl}/${path}` ? `/${path}` : path
}
