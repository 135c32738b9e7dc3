import {
  AuthError,
  createAdapter,
  createGuard,
  assertRequirement,
  fastifyHeaders,
  nodeRequestView,
  role,
  scope,
  settle,
  writeHeaders,
  type ClaimsOf,
  type DefaultClaims,
  type GuardOptions,
  type JwtAuthOptions,
  type PrincipalAccess,
  type Refuse,
  type Requirement,
  type RouteParams,
  type StandardSchema,
} from '@countersign/core/adapter'
import type {
  FastifyContextConfig,
  FastifyInstance,
  FastifyPluginAsync,
  FastifyReply,
  FastifyRequest,
} from 'fastify'
import fp from 'fastify-plugin'

export * from '@countersign/core'
export type { GuardOptions, JwtAuthOptions, OnRefused } from '@countersign/core/adapter'
export { mount } from './mount.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * `false` for a public route, or the requirement that its principal must meet. Default: any authenticated
     * principal.
     */
    auth?: false | Requirement
  }
}

/** The plugin, and typed access to the principals that it attached. */
export interface JwtAuth<Claims = DefaultClaims>
  extends FastifyPluginAsync, PrincipalAccess<FastifyRequest, Claims> {}

/**
 * Authenticates the requests of the scope in which it is registered, and of the scopes below. An accepted request
 * gets `request.auth`; a rejected one gets the response of the refusal table. Without options, they are read from the
 * environment (`JWT_ISSUER`, `JWT_AUDIENCE`, …; see `optionsFromEnv`). A route is public with `config: { auth: false
 * }`.
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
export function jwtAuth<Schema extends StandardSchema | undefined = undefined>(
  options?: JwtAuthOptions<Schema>,
): JwtAuth<ClaimsOf<Schema>> {
  const adapter = createAdapter<FastifyRequest, Schema>(options, { params: paramsOf })
  const { property } = adapter

  function authenticateHook(request: FastifyRequest, reply: FastifyReply, done: Done): void {
    const rule = ruleOf(request.routeOptions.config)
    if (rule === false) return done()
    const view = nodeRequestView(request.raw, request.originalUrl)
    settle(
      adapter.authenticate(request, view, rule),
      (verdict) => {
        if (verdict.type === 'refuse') return void refuse(reply, verdict)
        if (verdict.headers.length > 0) writeHeaders(fastifyHeaders(reply), verdict.headers)
        verdict.proceed(done)
      },
      (error) => done(error as Error),
      reply.raw,
    )
  }

  async function jwtAuthPlugin(app: FastifyInstance): Promise<void> {
    if (!app.hasRequestDecorator(property)) app.decorateRequest(property)
    // Otherwise an invalid requirement would be found by the first request only.
    app.addHook('onRoute', ({ config }) => {
      const rule = config === undefined ? undefined : ruleOf(config)
      if (rule !== undefined && rule !== false) assertRequirement(rule)
    })
    app.addHook('onRequest', authenticateHook)
  }
  // Not encapsulated: the plugin protects the scope that registers it.
  return adapter.publish(fp(jwtAuthPlugin, { name: '@countersign/fastify', fastify: '5.x' }))
}

type Done = (error?: Error) => void

/** Only of the route itself: a polluted `Object.prototype` must not make every route public. */
function ruleOf(config: FastifyContextConfig): false | Requirement | undefined {
  return Object.hasOwn(config, 'auth') ? config.auth : undefined
}

/** A hook that accepts a request, or responds to it. */
export type Guard = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply | undefined>

/**
 * Accepts a request if its principal meets the requirement: a `preHandler`, for cases that `config: { auth }` does
 * not cover. Needs the plugin in the same scope or above; without that it rejects every request.
 *
 * @example
 * ```ts
 * app.delete('/orders/:id', { preHandler: authorize(anyOf(role('admin'), scope('orders:delete'))) }, deleteOrder)
 * ```
 */
export function authorize(requirement: Requirement, options?: GuardOptions): Guard {
  const guard = createGuard(requirement, options)
  return guard.mark<Guard>(async function authorizeHook(request, reply) {
    const verdict = await guard.authorize(request)
    return verdict.type === 'refuse' ? refuse(reply, verdict) : undefined
  })
}

/**
 * Requires all of these scopes: `authorize(scope(...))`.
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
 * Requires all of these roles: `authorize(role(...))`. For one of several, `authorize(anyOf(role(...), role(...)))`.
 *
 * @example
 * ```ts
 * app.delete('/orders/:id', { preHandler: requireRoles('admin') }, deleteOrder)
 * ```
 */
export function requireRoles(...roles: [string, ...string[]]): Guard {
  return authorize(role(...roles))
}

function refuse(reply: FastifyReply, { refusal, headers, onRefused }: Refuse): FastifyReply {
  writeHeaders(fastifyHeaders(reply), headers)
  // If other code (a time-out) has begun the response below, we must not write to it.
  if (onRefused === 'throw' || reply.raw.headersSent) throw new AuthError(refusal)
  // bytes: Fastify would add a charset to a text, which this media type does not have
  return reply.code(refusal.status).send(Buffer.from(JSON.stringify(refusal.body)))
}

function paramsOf({ params }: FastifyRequest): RouteParams {
  return params as RouteParams
}
