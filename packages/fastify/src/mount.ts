import { fastifyMount, markMount, type FastifyScope, type RouteHandler } from '@countersign/core/adapter'
import type { FastifyPluginAsync } from 'fastify'
import fp from 'fastify-plugin'

/**
 * Serves the routes of sessions, of an issuer, or of any other handler, below the prefix with which they are
 * registered. They are public even if `jwtAuth()` protects the scope above. They read their bodies themselves, and
 * run the hooks of that scope. A handler that is called for all requests, such as renewal, must be registered before
 * `jwtAuth()`, in the same scope.
 *
 * @throws `TypeError` if the argument is not such a handler
 * @example
 * ```ts
 * app.register(mount(sessions.routes({ login })), { prefix: '/auth' })
 * app.register(mount(issuer.routes()))
 * ```
 */
export function mount(handler: RouteHandler): FastifyPluginAsync {
  const plugin = markMount<FastifyPluginAsync>(handler, (scope) => serve(scope as unknown as FastifyScope))
  const serve = fastifyMount(handler)
  // Not encapsulated if it is called for all requests: those of the scope that registers it.
  return handler.routes === 'all'
    ? fp(plugin, { name: '@countersign/fastify/mount', fastify: '5.x' })
    : plugin
}
