import {
  AuthError,
  createAdapter,
  createGuard,
  nodeRequestView,
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
import type { Middleware, Next, ParameterizedContext } from 'koa'

export * from '@countersign/core'
export type { GuardOptions, JwtAuthOptions, OnRefused } from '@countersign/core/adapter'
export { mount } from './mount.ts'

/** The middleware, and typed access to what it attached. */
export interface JwtAuth<Claims = DefaultClaims> extends Middleware, PrincipalAccess<object, Claims> {}

/**
 * Authenticates requests. An accepted request gets `ctx.state.auth`; a rejected one gets the response of the refusal
 * table. Without options, they are read from the environment (`JWT_ISSUER`, `JWT_AUDIENCE`, …; see `optionsFromEnv`).
 * Middleware that is registered before it stays public.
 *
 * @throws `OptionError` naming the option and the remedy
 * @example
 * ```ts
 * app.use(jwtAuth({ issuer: 'https://idp.example.com', audience: 'https://api.example.com' }))
 * app.use((ctx) => {
 *   ctx.body = { subject: ctx.state.auth?.subject }
 * })
 * ```
 */
export function jwtAuth<Schema extends StandardSchema | undefined = undefined>(
  options?: JwtAuthOptions<Schema>,
): JwtAuth<ClaimsOf<Schema>> {
  const adapter = createAdapter<ParameterizedContext, Schema>(options, {
    expose: (ctx, property, principal) => Object.assign(ctx.state as object, { [property]: principal }),
  })
  return adapter.publish(async function jwtAuthMiddleware(ctx: ParameterizedContext, next: Next) {
    return apply(ctx, await adapter.authenticate(ctx, nodeRequestView(ctx.req, ctx.originalUrl)), next)
  })
}

/**
 * Accepts a request if its principal meets the requirement. Needs `jwtAuth()` before it; without that it rejects
 * every request.
 *
 * @example
 * ```ts
 * router.delete('/orders/:id', authorize(anyOf(role('admin'), scope('orders:delete'))), deleteOrder)
 * ```
 */
export function authorize(requirement: Requirement, options?: GuardOptions): Middleware {
  const guard = createGuard(requirement, options)
  return guard.mark<Middleware>(async function authorizeMiddleware(ctx, next) {
    return apply(ctx, await guard.authorize(ctx), next)
  })
}

/**
 * Requires all of these scopes: `authorize(scope(...))`.
 *
 * @example
 * ```ts
 * router.get('/orders', requireScopes('orders:read'), listOrders)
 * ```
 */
export function requireScopes(...scopes: [string, ...string[]]): Middleware {
  return authorize(scope(...scopes))
}

/**
 * Requires all of these roles: `authorize(role(...))`. For one of several, `authorize(anyOf(role(...), role(...)))`.
 *
 * @example
 * ```ts
 * router.delete('/orders/:id', requireRoles('admin'), deleteOrder)
 * ```
 */
export function requireRoles(...roles: [string, ...string[]]): Middleware {
  return authorize(role(...roles))
}

/** Written through `ctx`, so that outer middleware sees the response. */
function apply(ctx: ParameterizedContext, verdict: Verdict, next: Next): unknown {
  if (!ctx.headerSent) writeHeaders(ctx.res, verdict.headers)
  if (verdict.type === 'pass') return verdict.proceed(next)
  const { refusal, onRefused } = verdict
  if (onRefused === 'throw') throw new AuthError(refusal)
  ctx.status = refusal.status
  ctx.body = JSON.stringify(refusal.body) // text: for an object Koa would set its own Content-Type
  return undefined
}
