import { kindOf } from '../../base/assert-names.ts'
import { markMiddleware } from '../audit.ts'
import type { RouteHandler } from './route-handler.ts'

/**
 * Marks middleware that serves a handler, for audits. Throws at start, rather than at the first request, if something
 * else was mounted.
 *
 * @throws `TypeError` naming the argument and the remedy
 */
export function markMount<T extends object>(handler: RouteHandler, middleware: T): T {
  assertRouteHandler(handler)
  return markMiddleware(middleware, { type: 'mount', routes: handler.routes })
}

/** Whether a value is a handler of routes. */
export function isRouteHandler(value: unknown): value is RouteHandler {
  const { routes, handle } = Object(value) as Partial<RouteHandler>
  return (routes === 'all' || Array.isArray(routes)) && typeof handle === 'function'
}

function assertRouteHandler(value: unknown): void {
  if (isRouteHandler(value)) return
  const remedy = 'a route handler, such as sessions.routes({ login }) or issuer.routes()'
  throw new TypeError(`countersign: mount(): "handler" must be ${remedy}, got ${kindOf(value)}`)
}
