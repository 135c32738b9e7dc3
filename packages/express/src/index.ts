import {
  assertRequirement,
  attachOutcome,
  AuthError,
  guardRequest,
  nodeRequestView,
  onRefusedOf,
  principalOf,
  role,
  scope,
  sendRefusal,
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
import type { NextFunction, Request, RequestHandler, Response } from 'express'

export * from '@countersign/core'
export type { GuardOptions, JwtAuthOptions, JwtAuthSchemaOptions, OnRefused } from '@countersign/core/adapter'
export { issuerRoutes, sessionRenewal, sessionRoutes } from './routes.ts'

declare global {
  namespace Express {
    interface Request {
      /** Who makes the request; `undefined` before `jwtAuth()`, and for anonymous requests. */
      auth?: Principal
    }
  }
}

/** The middleware, and typed access to what it attached. */
export interface JwtAuth<Claims = DefaultClaims> extends RequestHandler {
  /**
   * The principal of a request, its claims typed by the schema.
   * @throws `Error` where this middleware did not run, or the request is anonymous
   */
  of(req: Request): Principal<Claims>
  /** Fetches keys ahead of the first request. Rejects if they cannot be had. */
  ready(): Promise<void>
  readonly authenticator: Authenticator<Claims>
}

/**
 * Authenticates requests: lets them through with `req.auth`, or answers them as the table of refusals says.
 * Without options, the environment gives them (`JWT_ISSUER`, `JWT_AUDIENCE`, …; see `optionsFromEnv`).
 * Routes that are registered before it stay public.
 *
 * @throws `OptionError` naming the option and the remedy
 * @example
 * ```ts
 * app.use(jwtAuth({ issuer: 'https://idp.example.com', audience: 'https://api.example.com' }))
 * app.get('/me', (req, res) => res.json({ subject: req.auth?.subject }))
 * ```
 */
export function jwtAuth<Schema extends StandardSchema>(
  options: JwtAuthSchemaOptions<Schema>,
): JwtAuth<SchemaOutput<Schema>>
export function jwtAuth(options?: JwtAuthOptions): JwtAuth
export function jwtAuth(options?: JwtAuthOptions | JwtAuthSchemaOptions<StandardSchema>): JwtAuth<unknown> {
  const { authenticator, property, onRefused } = setUpAdapter(options)

  async function authenticate(req: Request, res: Response): Promise<Refusal | undefined> {
    const outcome = await authenticator.authenticate(nodeRequestView(req))
    if (outcome.type === 'refused') return outcome.refusal
    if (outcome.headers.Vary !== undefined) res.vary(outcome.headers.Vary)
    if (outcome.headers['Cache-Control'] !== undefined)
      res.setHeader('Cache-Control', outcome.headers['Cache-Control'])
    attachOutcome(req, authenticator, outcome, onRefused)
    // Also where there is none: what another library left there must not pass for a principal.
    const principal = outcome.type === 'authenticated' ? outcome.principal : undefined
    Object.assign(req, { [property]: principal })
    return undefined
  }

  function jwtAuthMiddleware(req: Request, res: Response, next: NextFunction): void {
    authenticate(req, res).then((refusal) => proceed(refusal, onRefused, res, next), next)
  }
  return Object.assign(jwtAuthMiddleware, {
    authenticator,
    of: (req: Request) => principalOf(req, authenticator),
    ready: () => authenticator.ready(),
  })
}

/** A guard: takes requests of any route, so that the types of the route's parameters reach the handler behind it. */
export interface Guard {
  <Params>(req: Request<Params>, res: Response, next: NextFunction): void
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
export function authorize(requirement: Requirement, options: GuardOptions = {}): Guard {
  assertRequirement(requirement)
  const { onRefused } = readGuardOptions(options)
  return function authorizeMiddleware(req, res, next) {
    guardRequest(req, requirement).then(
      (refusal) => proceed(refusal, onRefused ?? onRefusedOf(req), res, next),
      next,
    )
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
export function requireScopes(...scopes: [string, ...string[]]): Guard {
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
export function requireRoles(...roles: [string, ...string[]]): Guard {
  return authorize(role(...roles))
}

function proceed(
  refusal: Refusal | undefined,
  onRefused: OnRefused,
  res: Response,
  next: NextFunction,
): void {
  if (refusal === undefined) next()
  // A response that somebody else began (a time-out) cannot become ours any more; Express knows how to end it.
  else if (onRefused === 'throw' || res.headersSent) next(new AuthError(refusal))
  else sendRefusal(res, refusal)
}
