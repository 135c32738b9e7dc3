import {
  addHeaders,
  AuthError,
  createAdapter,
  createGuard,
  role,
  scope,
  writeHeaders,
  type ClaimsOf,
  type DefaultClaims,
  type GuardOptions,
  type JwtAuthOptions,
  type PrincipalAccess,
  type Requirement,
  type StandardSchema,
  type Verdict,
} from '@countersign/core/adapter'
import type { Context, MiddlewareHandler, Next } from 'hono'
import { headersOf, viewOf } from './context.ts'

export * from '@countersign/core'
export type { GuardOptions, JwtAuthOptions, OnRefused } from '@countersign/core/adapter'
export { mount } from './mount.ts'

/** The middleware, and typed access to what it attached. */
export interface JwtAuth<Claims = DefaultClaims>
  extends MiddlewareHandler, PrincipalAccess<Context, Claims> {}

/**
 * Authenticates requests. An accepted request gets `c.var.auth`; a rejected one gets the response of the refusal
 * table. Without options, they are read from the environment (`JWT_ISSUER`, `JWT_AUDIENCE`, …; see `optionsFromEnv`).
 * Routes that are registered before it stay public.
 *
 * @throws `OptionError` naming the option and the remedy
 * @example
 * ```ts
 * app.use(jwtAuth({ issuer: 'https://idp.example.com', audience: 'https://api.example.com' }))
 * app.get('/me', (c) => c.json({ subject: c.var.auth?.subject }))
 * ```
 */
export function jwtAuth<Schema extends StandardSchema | undefined = undefined>(
  options?: JwtAuthOptions<Schema>,
): JwtAuth<ClaimsOf<Schema>> {
  const adapter = createAdapter<Context, Schema>(options, {
    expose: (c, property, principal) => c.set(property as never, principal as never),
    params: (c) => c.req.param(),
  })
  const jwtAuthMiddleware: MiddlewareHandler = async (c, next) =>
    apply(c, await adapter.authenticate(c, viewOf(c)), next)
  return adapter.publish(jwtAuthMiddleware)
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
export function authorize(requirement: Requirement, options?: GuardOptions): MiddlewareHandler {
  const guard = createGuard(requirement, options)
  return guard.mark<MiddlewareHandler>(async function authorizeMiddleware(c, next) {
    return apply(c, await guard.authorize(c), next)
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
export function requireScopes(...scopes: [string, ...string[]]): MiddlewareHandler {
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
export function requireRoles(...roles: [string, ...string[]]): MiddlewareHandler {
  return authorize(role(...roles))
}

/** Written through `c`, so that headers of middleware stay. */
async function apply(c: Context, verdict: Verdict, next: Next): Promise<Response | undefined> {
  if (verdict.type === 'pass') {
    await verdict.proceed(next)
    // After the handler, which may return its own `Response`. The response to a WebSocket upgrade belongs to the
    // runtime: a copy with other headers would not upgrade the connection.
    if (c.res.status !== 101) addHeaders(headersOf(c), verdict.headers)
    return undefined
  }
  const { refusal, headers, onRefused } = verdict
  writeHeaders(headersOf(c), headers)
  if (onRefused === 'throw') throw new AuthError(refusal)
  return c.newResponse(JSON.stringify(refusal.body), refusal.status as 401)
}
