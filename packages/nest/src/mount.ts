import {
  assertMountPath,
  connectMount,
  fastifyMount,
  pathBelow,
  runInHolder,
  targetPath,
  type FastifyScope,
  type NodeBodyRequest,
  type RouteHandler,
} from '@countersign/core/adapter'
import type { HttpServer } from '@nestjs/common'

/** The members of Fastify's instance that are used. Nest's platform includes Fastify, this package does not. */
interface FastifyApp extends FastifyScope {
  register(plugin: (scope: FastifyScope) => Promise<void>, options: { readonly prefix: string }): unknown
}

/** Fastify's own mark for plugins that share the scope which registers them. */
const SKIP_OVERRIDE = Symbol.for('skip-override')

/**
 * Serves a handler's routes outside Nest's guards, pipes and interceptors, at the position of the modules'
 * middleware: after `app.use()` and `app.enableCors()`, before all controllers.
 *
 * @param prefix the path before all routes, or empty
 */
export function mountHandler(server: HttpServer, prefix: string, handler: RouteHandler): void {
  if (server.getType() !== 'fastify') {
    const pathOf = ({ url = '/' }: NodeBodyRequest): string | undefined => pathBelow(targetPath(url), prefix)
    server.use(connectMount(handler, pathOf))
    return
  }
  const plugin = fastifyMount(handler)
  const isForAll = handler.routes === 'all'
  const registered = isForAll ? Object.assign(plugin, { [SKIP_OVERRIDE]: true }) : plugin
  const app = server.getInstance() as FastifyApp
  app.register(registered, { prefix: isForAll ? '' : prefix })
}

type Middleware = (request: object, response: object, next: () => void) => void

/** Gives guards, pipes, interceptors and handlers of a request a shared holder for its principal. */
export function mountHolder(server: HttpServer): void {
  if (server.getType() !== 'fastify') {
    const middleware: Middleware = (request, _response, next) => runInHolder(request, undefined, () => next())
    server.use(middleware)
    return
  }
  const app = server.getInstance() as { addHook(name: 'onRequest', hook: Middleware): unknown }
  app.addHook('onRequest', (request, _reply, done) => runInHolder(request, undefined, done))
}

/**
 * A path of an application, below its global prefix.
 *
 * @throws `OptionError` if it is not a plain path
 */
export function toMount(globalPrefix: string, path: string): string {
  const mount = [globalPrefix, path].map(withSlash).join('')
  assertMountPath('path', mount)
  return mount
}

/** Nest writes paths with and without the first slash. */
function withSlash(path: string): string {
  return path === '' || path.startsWith('/') ? path : `/${path}`
}
