import { fastifyMount, markMount, type FastifyScope, type RouteHandler } from '@countersign/core/adapter'
import type { FastifyPluginAsync } from 'fastify'
import fp from 'fastify-plugin'

/**
 * Serves the routes of sessions, of an issuer, or of any other handler, below the prefix that they are registered with.
 * They are public also where `jwtAuth()` protects the scope above, read their bodies themselves, and run the hooks of
 * that scope. A handler that is asked about all requests, such as renewal, goes before `jwtAuth()`, into the same scope.
 *
 * @throws `TypeError` where the argument is not such a handler
 * @example
 * ```ts
 * app.register(mount(sessions.routes({ login })), { prefix: '/auth' })
 * app.register(mount(issuer.routes()))
 * ```
 */
export function mount(handler: RouteHandler): FastifyPluginAsync {
  const plugin = markMount<FastifyPluginAsync>(handler, (scope) => serve(scope as unknown as FastifyScope))
  const serve = fastifyMount(handler)
  // Not encapsulated where it is asked about all requests: those of the scope that registers it.
  return handler.routes === 'all'
    ? fp(plugin, { name: '@countersign/fastify/mount', fastify: '5.x' })
    : plugin
}
