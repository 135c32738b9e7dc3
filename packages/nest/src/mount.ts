import {
  assertMountPath,
  nodeHandlerRequest,
  pathBelow,
  runHandler,
  sendHandlerResponse,
  targetPath,
  type NodeBodyRequest,
  type NodeHandlerResponse,
  type RouteHandler,
} from '@countersign/core/adapter'
import type { HttpServer } from '@nestjs/common'
import { mountOnFastify, renewOnFastify } from './mount-fastify.ts'

/** Express' request, as far as it is read. */
interface ExpressRequest extends NodeBodyRequest {
  readonly ip?: string | undefined
  readonly body?: unknown
}

/**
 * Serves a handler's routes below Nest, where its guards, pipes and interceptors do not reach, in the place of the
 * modules' middleware: after what `app.use()` and `app.enableCors()` did, before all controllers.
 *
 * @param mount the path before all routes, or empty
 */
export function mountRoutes(server: HttpServer, mount: string, handler: RouteHandler): void {
  if (server.getType() === 'fastify') mountOnFastify(server.getInstance(), mount, handler)
  else server.use(createMiddleware(mount, handler))
}

/** Lets a handler answer any request before guards and controllers see it. */
export function mountRenewal(server: HttpServer, handler: RouteHandler): void {
  if (server.getType() === 'fastify') renewOnFastify(server.getInstance(), handler)
  else server.use(createMiddleware('', handler))
}

/**
 * A path of an application, behind its global prefix.
 *
 * @throws `OptionError` where it is no plain path
 */
export function toMount(globalPrefix: string, path: string): string {
  const mount = [globalPrefix, path].map(withSlash).join('')
  assertMountPath('path', mount)
  return mount
}

/** Nest writes paths with and without. */
function withSlash(path: string): string {
  return path === '' || path.startsWith('/') ? path : `/${path}`
}

function createMiddleware(mount: string, handler: RouteHandler) {
  return function countersignRoutes(
    req: ExpressRequest,
    res: NodeHandlerResponse,
    next: (error?: unknown) => void,
  ): void {
    const path = pathBelow(targetPath(req.url ?? '/'), mount)
    if (path === undefined) return next()
    const { ip, body } = req
    runHandler(handler, nodeHandlerRequest(req, { path, ip, body, raw: req }))
      .then((response) => (response === undefined ? next() : sendHandlerResponse(res, response)))
      .catch(next)
  }
}
