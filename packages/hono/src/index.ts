import {
  assertRequirement,
  attachOutcome,
  AuthError,
  guardRequest,
  mergeVary,
  onRefusedOf,
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
  type ResponseHeaders,
  type SchemaOutput,
  type StandardSchema,
} from '@countersign/core/adapter'
import type { Context, MiddlewareHandler } from 'hono'
import { viewOf } from './view.ts'

export * from '@countersign/core'
export type { GuardOptions, JwtAuthOptions, JwtAuthSchemaOptions, OnRefused } from '@countersign/core/adapter'
export { issuerRoutes, sessionRenewal, sessionRoutes } from './routes.ts'

declare module 'hono' {
  interface ContextVariableMap {
    /** Who makes the request; `undefined` before `jwtAuth()`, and for anonymous requests. */
    auth: Principal | undefined
  }
}

/** The middleware, and typed access to what it attached. */
export interface JwtAuth<Claims = DefaultClaims> extends MiddlewareHandler {
  /**
   * The principal of a request, its claims typed by the schema.
   * @throws `Error` where this middleware did not run, or the request is anonymous
   */
  of(c: Context): Principal<Claims>
  /** Fetches keys ahead of the first request. Rejects if they cannot be had. */
  ready(): Promise<void>
  readonly authenticator: Authenticator<Claims>
}

/**
 * Authenticates requests: lets them through with `c.var.auth`, or answers them as the table of refusals says.
 * Without options, the environment gives them (`JWT_ISSUER`, `JWT_AUDIENCE`, …; see `optionsFromEnv`).
 * Routes that are registered before it stay public.
 *
 * @throws `OptionError` naming the option and the remedy
 * @example
 * ```ts
 * app.use(jwtAuth({ issuer: 'https://idp.example.com', audience: 'https://api.example.com' }))
 * app.get('/me', (c) => c.json({ subject: c.var.auth?.subject }))
 * ```
 */
export function jwtAuth<Schema extends StandardSchema>(
  options: JwtAuthSchemaOptions<Schema>,
): JwtAuth<SchemaOutput<Schema>>
export function jwtAuth(options?: JwtAuthOptions): JwtAuth
export function jwtAuth(options?: JwtAuthOptions | JwtAuthSchemaOptions<StandardSchema>): JwtAuth<unknown> {
  const { authenticator, property, onRefused } = setUpAdapter(options)

  const jwtAuthMiddleware: MiddlewareHandler = async (c, next) => {
    const outcome = await authenticator.authenticate(viewOf(c))
    if (outcome.type === 'refused') return refuse(c, outcome.refusal, onRefused)
    attachOutcome(c, authenticator, outcome, onRefused)
    c.set(property as 'auth', outcome.type === 'authenticated' ? (outcome.principal as Principal) : undefined)
    await next()
    setHeaders(c, outcome.headers)
    return undefined
  }
  return Object.assign(jwtAuthMiddleware, {
    authenticator,
    of: (c: Context) => principalOf(c, authenticator),
    ready: () => authenticator.ready(),
  })
}

/**
 * Lets a request through if its principal satisfies the requirement. Needs `jwtAuth()` before it, and fails closed
 * without.
 *
 * @example
 * ```ts
 * app.delete('/orders/:id', authorize(anyOf(role('admin'), scope('orders:delete'))), deleteOrder)
 * ```
 */
export function authorize(requirement: Requirement, options: GuardOptions = {}): MiddlewareHandler {
  assertRequirement(requirement)
  const { onRefused } = readGuardOptions(options)
  return async function authorizeMiddleware(c, next) {
    const refusal = await guardRequest(c, requirement)
    if (refusal !== undefined) return refuse(c, refusal, onRefused ?? onRefusedOf(c))
    await next()
    return undefined
  }
}

/**
 * Asks for all of these scopes: `authorize(scope(...))`.
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
 * Asks for all of these roles: `authorize(role(...))`. For one of several, `authorize(anyOf(role(...), role(...)))`.
 *
 * @example
 * ```ts
 * app.delete('/orders/:id', requireRoles('admin'), deleteOrder)
 * ```
 */
export function requireRoles(...roles: [string, ...string[]]): MiddlewareHandler {
  return authorize(role(...roles))
}

/** What `app.onError` gets. Where there is none, Hono answers with `getResponse()`. */
class HonoAuthError extends AuthError {
  getResponse(): Response {
    return new Response(JSON.stringify(this.body), { status: this.status, headers: this.headers })
  }
}

function refuse(c: Context, refusal: Refusal, onRefused: OnRefused): Response {
  if (onRefused === 'throw') throw new HonoAuthError(refusal)
  return c.newResponse(JSON.stringify(refusal.body), refusal.status as 401, refusal.headers)
}

/** After the handler, whose answer may be a `Response` of its own. */
function setHeaders(c: Context, headers: ResponseHeaders): void {
  // The answer to a WebSocket upgrade is the runtime's own: a copy with other headers would upgrade nothing.
  if (c.res.status === 101) return
  const { Vary, 'Cache-Control': cacheControl } = headers
  if (Vary !== undefined) c.header('Vary', mergeVary(c.res.headers.get('Vary') ?? undefined, Vary))
  if (cacheControl !== undefined && !c.res.headers.has('Cache-Control'))
    c.header('Cache-Control', cacheControl)
}
