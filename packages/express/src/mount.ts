import { connectMount, targetPath, type RouteHandler } from '@countersign/core/adapter'
import type { RequestHandler } from 'express'

/**
 * Serves the routes of sessions, of an issuer, or of any other handler, below where it is used. Body parsers may run
 * before, and need not. Routes are public by themselves: use them before `jwtAuth()`.
 *
 * @throws `TypeError` where the argument is not such a handler
 * @example
 * ```ts
 * app.use('/auth', mount(sessions.routes({ login })))
 * app.use(mount(issuer.routes()))
 * ```
 */
export function mount(handler: RouteHandler): RequestHandler {
  return connectMount(handler, pathOf)
}

/** The members of Express' request that tell the path; a request that Express never saw has `url` alone. */
interface Target {
  readonly url?: string | undefined
  readonly originalUrl?: string | undefined
  readonly baseUrl?: string
}

/** Of the slashes behind a mount, Express 4 takes one for part of the mount. */
function pathOf({ url = '/', originalUrl = url, baseUrl = '' }: Target): string {
  const path = targetPath(url)
  return baseUrl !== '' && targetPath(originalUrl) === `${baseUrl}/${path}` ? `/${path}` : path
}
