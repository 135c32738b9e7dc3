import {
  createAdapter,
  createGuard,
  nodeRequestView,
  role,
  scope,
  settleVerdict,
  type ClaimsOf,
  type DefaultClaims,
  type GuardOptions,
  type JwtAuthOptions,
  type PrincipalAccess,
  type Requirement,
  type StandardSchema,
} from '@countersign/core/adapter'
import type { NextFunction, Request, RequestHandler, Response } from 'express'

export * from '@countersign/core'
export type { GuardOptions, JwtAuthOptions, OnRefused } from '@countersign/core/adapter'
export { mount } from './mount.ts'

/** The middleware, and typed access to what it attached. */
export interface JwtAuth<Claims = DefaultClaims> extends RequestHandler, PrincipalAccess<Request, Claims> {}

/**
 * Authenticates requests. An accepted request gets `req.auth`; a rejected one gets the response of the refusal table.
 * Without options, they are read from the environment (`JWT_ISSUER`, `JWT_AUDIENCE`, …; see `optionsFromEnv`). Routes
 * that are registered before it stay public.
 *
 * @throws `OptionError` naming the option and the remedy
 * @example
 * ```ts
 * app.use(jwtAuth({ issuer: 'https://idp.example.com', audience: 'https://api.example.com' }))
 * app.get('/me', (req, res) => res.json({ subject: req.auth?.subject }))
 * ```
 */
export function jwtAuth<Schema extends StandardSchema | undefined = undefined>(
  options?: JwtAuthOptions<Schema>,
): JwtAuth<ClaimsOf<Schema>> {
  const adapter = createAdapter<Request, Schema>(options)
  return adapter.publish(function jwtAuthMiddleware(req: Request, res: Response, next: NextFunction): void {
    settleVerdict(adapter.authenticate(req, nodeRequestView(req)), res, next)
  })
}

/** A guard: accepts requests of any route, so that the next handler keeps the types of the route's parameters. */
export interface Guard {
  <Params>(req: Request<Params>, res: Response, next: NextFunction): void
}

/**
 * Accepts a request if its principal meets the requirement. Needs `jwtAuth()` before it; without that it rejects
 * every request.
 *
 * @example
 * ```ts
 * app.delete('/orders/:id', authorize(anyOf(role('admin'), scope('orders:delete'))), deleteOrder)
 * ```
 */
export function authorize(requirement: Requirement, options?: GuardOptions): Guard {
  const guard = createGuard(requirement, options)
  return guard.mark<Guard>(function authorizeMiddleware(req, res, next) {
    settleVerdict(guard.authorize(req), res, next)
  })
}

/**
 * Requires all of these scopes: `authorize(scope(...))`.
 *
 * @example
 * ```ts
 * app.get('/orders', requireScopes('orders:read'), listOrders)
 * ```
 */
export function requireScopes(...scopes: [string, ...string[]]): Guard {
  return authorize(scope(...scopes))
}

/**
 * Requires all of these roles: `authorize(role(...))`. For one of several, `authorize(anyOf(role(...), role(...)))`.
 *
 * @example
 * ```ts
 * app.delete('/orders/:id', requireRoles('admin'), deleteOrder)
 * ```
 */
export function requireRoles(...roles: [string, ...string[]]): Guard {
  return authorize(role(...roles))
}
