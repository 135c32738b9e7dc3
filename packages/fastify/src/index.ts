import {
  assertRequirement,
  attachOutcome,
  AuthError,
  guardRequest,
  mergeVary,
  nodeRequestView,
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
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'

export * from '@countersign/core'
export type { GuardOptions, JwtAuthOptions, JwtAuthSchemaOptions, OnRefused } from '@countersign/core/adapter'
export { issuerRoutes, sessionRenewal, sessionRoutes } from './routes.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who makes the request; `undefined` on public routes, and for anonymous requests. */
    auth: Principal | undefined
  }
  interface FastifyContextConfig {
    /** `false` for a public route; a requirement for what its principal must satisfy. Default: authenticated. */
    auth?: false | Requirement
  }
}

/** The plugin, and typed access to what it attached. */
export interface JwtAuth<Claims = DefaultClaims> extends FastifyPluginAsync {
  /**
   * The principal of a request, its claims typed by the schema.
   * @throws `Error` where this plugin did not run, or the request is anonymous
   */
  of(request: FastifyRequest): Principal<Claims>
  /** Fetches keys ahead of the first request. Rejects if they cannot be had. */
  ready(): Promise<void>
  readonly authenticator: Authenticator<Claims>
}

/**
 * Authenticates the requests of the scope that it is registered in, and of the scopes below: lets them through with
 * `request.auth`, or answers them as the table of refusals says. Without options, the environment gives them
 * (`JWT_ISSUER`, `JWT_AUDIENCE`, …; see `optionsFromEnv`). A route is public by `config: { auth: false }`.
 *
 * @throws `OptionError` naming the option and the remedy
 * @example
 * ```ts
 * await app.register(jwtAuth({ issuer: 'https://idp.example.com', audience: 'https://api.example.com' }))
 * app.get('/me', (request) => ({ subject: request.auth?.subject }))
 * app.get('/health', { config: { auth: false } }, () => 'ok')
 * app.get('/orders', { config: { auth: scope('orders:read') } }, listOrders)
 * ```
 */
export function jwtAuth<Schema extends StandardSchema>(
  options: JwtAuthSchemaOptions<Schema>,
): JwtAuth<SchemaOutput<Schema>>
export function jwtAuth(options?: JwtAuthOptions): JwtAuth
export function jwtAuth(options?: JwtAuthOptions | JwtAuthSchemaOptions<StandardSchema>): JwtAuth<unknown> {
  const { authenticator, property, onRefused } = setUpAdapter(options)

  async function authenticate(
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<FastifyReply | undefined> {
    const rule = request.routeOptions.config.auth
    if (rule === false) return undefined
    const outcome = await authenticator.authenticate(nodeRequestView(request.raw, request.originalUrl))
    if (outcome.type === 'refused') return refuse(reply, outcome.refusal, onRefused)
    setHeaders(reply, outcome.headers)
    attachOutcome(request, authenticator, outcome, onRefused)
    Object.assign(request, { [property]: outcome.type === 'authenticated' ? outcome.principal : undefined })
    const refusal = rule && (await authenticator.authorize(outcome, rule))
    return refusal && refuse(reply, refusal, onRefused)
  }

  async function jwtAuthPlugin(app: FastifyInstance): Promise<void> {
    if (!app.hasRequestDecorator(property)) app.decorateRequest(property)
    // A requirement that is none would be found by the first request only.
    app.addHook('onRoute', ({ config }) => {
      if (config?.auth !== undefined && config.auth !== false) assertRequirement(config.auth)
    })
    app.addHook('onRequest', authenticate)
  }
  // Not encapsulated: the scope that registers the plugin is the one that it protects.
  return Object.assign(fp(jwtAuthPlugin, { name: '@countersign/fastify', fastify: '5.x' }), {
    authenticator,
    of: (request: FastifyRequest) => principalOf(request, authenticator),
    ready: () => authenticator.ready(),
  })
}

/** A hook that lets a request through, or answers it. */
export type Guard = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply | undefined>

/**
 * Lets a request through if its principal satisfies the requirement: a `preHandler`, where `config: { auth }` does not
 * fit. Needs the plugin in the same scope or above, and fails closed without.
 *
 * @example
 * ```ts
 * app.delete('/orders/:id', { preHandler: authorize(anyOf(role('admin'), scope('orders:delete'))) }, deleteOrder)
 * ```
 */
export function authorize(requirement: Requirement, options: GuardOptions = {}): Guard {
  assertRequirement(requirement)
  const { onRefused } = readGuardOptions(options)
  return async function authorizeHook(request, reply) {
    const refusal = await guardRequest(request, requirement)
    return refusal && refuse(reply, refusal, onRefused ?? onRefusedOf(request))
  }
}

/**
 * Asks for all of these scopes: `authorize(scope(...))`.
 *
 * @example
 * ```ts
 * app.get('/orders', { preHandler: requireScopes('orders:read') }, listOrders)
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
 * app.delete('/orders/:id', { preHandler: requireRoles('admin') }, deleteOrder)
 * ```
 */
export function requireRoles(...roles: [string, ...string[]]): Guard {
  return authorize(role(...roles))
}

function refuse(reply: FastifyReply, refusal: Refusal, onRefused: OnRefused): FastifyReply {
  if (onRefused === 'throw') throw new AuthError(refusal)
  // bytes: to a text Fastify would add a charset, which this media type does not have
  return reply
    .code(refusal.status)
    .headers(refusal.headers)
    .send(Buffer.from(JSON.stringify(refusal.body)))
}

function setHeaders(reply: FastifyReply, { Vary, ...headers }: ResponseHeaders): void {
  if (Vary !== undefined) reply.header('Vary', mergeVary(reply.getHeader('Vary'), Vary))
  reply.headers(headers)
}
