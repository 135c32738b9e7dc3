import { connectMount, targetPath, type RouteHandler } from '@countersign/core/adapter'
import type { RequestHandler } from 'express'

/**
 * Serves the routes of sessions, of an issuer, or of any other handler, below the path where it is used. Works with
 * and without body parsers before it. Routes are public by themselves: use them before `jwtAuth()`.
 *
 * @throws `TypeError` if the argument is not such a handler
 * @example
 * ```ts
 * app.use('/auth', mount(sessions.routes({ login })))
 * app.use(mount(issuer.routes()))
 * ```
 */
export function mount(handler: RouteHandler): RequestHandler {
  return connectMount(handler, pathOf)
}

/** The members of Express' request that contain the path. A request that Express never saw has `url` alone. */
interface Target {
  readonly url?: string | undefined
  readonly originalUrl?: string | undefined
  readonly baseUrl?: string
}

/** If several slashes follow a mount, Express 4 counts one of them as part of the mount. */
function pathOf({ url = '/', originalUrl = url, baseUrl = '' }: Target): string {
  const path = targetPath(url)
  return baseUrl !== '' && targetPath(originalUrl) === `${baseUrl}/${path}` ? `/${path}` : path
}
