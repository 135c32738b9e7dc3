import {
  assertRequirement,
  attachOutcome,
  AuthError,
  guardRequest,
  nodeRequestView,
  principalOf,
  role,
  scope,
  readGuardOptions,
  setUpAdapter,
  type Authenticator,
  type DefaultClaims,
  type GuardOptions,
  type JwtAuthOptions,
  type JwtAuthSchemaOptions,
  type OnRefused,
  type Principal,
  type Refusal,
  type Requirement,
  type SchemaOutput,
  type StandardSchema,
} from '@countersign/core/adapter'
import type { Middleware, Next, ParameterizedContext } from 'koa'

export * from '@countersign/core'
export type { GuardOptions, JwtAuthOptions, JwtAuthSchemaOptions, OnRefused } from '@countersign/core/adapter'
export { issuerRoutes, sessionRenewal, sessionRoutes, type MountOptions } from './routes.ts'

declare module 'koa' {
  interface DefaultState {
    /** Who makes the request; `undefined` before `jwtAuth()`, and for anonymous requests. */
    auth?: Principal
  }
}

/** The middleware, and typed access to what it attached. */
export interface JwtAuth<Claims = DefaultClaims> extends Middleware {
  /**
   * The principal of a request, its claims typed by the schema.
   * @throws `Error` where this middleware did not run, or the request is anonymous
   */
  of(ctx: object): Principal<Claims>
  /** Fetches keys ahead of the first request. Rejects if they cannot be had. */
  ready(): Promise<void>
  readonly authenticator: Authenticator<Claims>
}

/**
 * Authenticates requests: lets them through with `ctx.state.auth`, or answers them as the table of refusals says.
 * Without options, the environment gives them (`JWT_ISSUER`, `JWT_AUDIENCE`, …; see `optionsFromEnv`).
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
export function jwtAuth<Schema extends StandardSchema>(
  options: JwtAuthSchemaOptions<Schema>,
): JwtAuth<SchemaOutput<Schema>>
export function jwtAuth(options?: JwtAuthOptions): JwtAuth
export function jwtAuth(options?: JwtAuthOptions | JwtAuthSchemaOptions<StandardSchema>): JwtAuth<unknown> {
  const { authenticator, property, onRefused } = setUpAdapter(options)

  async function jwtAuthMiddleware(ctx: ParameterizedContext, next: Next): Promise<void> {
    const outcome = await authenticator.authenticate(nodeRequestView(ctx.req, ctx.originalUrl))
    if (outcome.type === 'refused') return refuse(ctx, outcome.refusal, onRefused)
    const { Vary, ...headers } = outcome.headers
    if (Vary !== undefined) ctx.vary(Vary)
    ctx.set(headers)
    attachOutcome(ctx, authenticator, outcome)
    // for an anonymous request too: nobody else's principal may be left standing there
    const principal = outcome.type === 'authenticated' ? outcome.principal : undefined
    Object.assign(ctx.state as object, { [property]: principal })
    return next()
  }
  return Object.assign(jwtAuthMiddleware, {
    authenticator,
    of: (ctx: object) => principalOf(ctx, authenticator),
    ready: () => authenticator.ready(),
  })
}

/**
 * Lets a request through if its principal satisfies the requirement. Needs `jwtAuth()` before it, and fails closed
 * without.
 *
 * @example
 * ```ts
 * router.delete('/orders/:id', authorize(anyOf(role('admin'), scope('orders:delete'))), deleteOrder)
 * ```
 */
export function authorize(requirement: Requirement, options: GuardOptions = {}): Middleware {
  assertRequirement(requirement)
  const { onRefused = 'respond' } = readGuardOptions(options)
  return async function authorizeMiddleware(ctx, next) {
    const refusal = await guardRequest(ctx, requirement)
    return refusal === undefined ? next() : refuse(ctx, refusal, onRefused)
  }
}

/**
 * Asks for all of these scopes: `authorize(scope(...))`.
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
 * Asks for all of these roles: `authorize(role(...))`. For one of several, `authorize(anyOf(role(...), role(...)))`.
 *
 * @example
 * ```ts
 * router.delete('/orders/:id', requireRoles('admin'), deleteOrder)
 * ```
 */
export function requireRoles(...roles: [string, ...string[]]): Middleware {
  return authorize(role(...roles))
}

/** Through `ctx`, so that middleware around this one sees the answer. */
function refuse(ctx: ParameterizedContext, { status, headers, body }: Refusal, onRefused: OnRefused): void {
  if (onRefused === 'throw') throw new AuthError({ status, headers, body })
  ctx.status = status
  ctx.set(headers)
  ctx.body = JSON.stringify(body) // text: for an object Koa would set a Content-Type of its own
}
