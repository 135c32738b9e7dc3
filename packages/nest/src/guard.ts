import type { GuardedRequest, Outcome, Refusal, RouteParams } from '@countersign/core'
import { fillHolder, outcomeOf, refusalFor, type Adapter } from '@countersign/core/adapter'
import { Inject, Injectable, Logger, type CanActivate, type ExecutionContext } from '@nestjs/common'
import { ContextIdFactory, ModuleRef, Reflector } from '@nestjs/core'
import { toAdapter } from './nest-adapter.ts'
import { resultOf, rememberResult } from './results.ts'
import { readRules } from './metadata.ts'
import { getPolicyToken } from './policy-token.ts'
import { toException } from './refuse.ts'
import { readMessage, type Message } from './message.ts'
import type { PlatformRequest } from './platform.ts'

type Provided = Parameters<typeof toAdapter>[0]

/**
 * Authenticates HTTP requests, GraphQL operations, WebSocket messages and microservice messages, and checks the
 * requirements of the decorators on class and method. Use it with `@UseGuards()`, or as `APP_GUARD`: then everything
 * is protected, except `@Public()`.
 *
 * @example
 * ```ts
 * @UseGuards(JwtAuthGuard)
 * @Controller('orders')
 * class OrdersController {
 *   @Get()
 *   list(@Principal() principal: Principal) {
 *     return { of: principal.subject }
 *   }
 * }
 * ```
 */
export class JwtAuthGuard implements CanActivate {
  static readonly #logger = new Logger('JwtAuthGuard')
  static readonly #satisfied = new WeakMap<ExecutionContext, Outcome<unknown>>()
  readonly #modules: ModuleRef
  readonly #reflector: Reflector

  constructor(modules: ModuleRef, reflector: Reflector) {
    this.#modules = modules
    this.#reflector = reflector
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { isPublic, policy, requirement } = readRules(this.#reflector, context)
    if (isPublic) return true
    const message = readMessage(context)
    const adapter = message && (await this.#adapter(policy, message.carrier))
    if (message === undefined || adapter === undefined)
      throw toException(context, refusalFor('authenticator_missing'))
    const refusal = await this.#authenticateOnce(message, policy, adapter)
    if (refusal !== undefined) throw toException(context, refusal)
    if (requirement === undefined) return true
    const { authenticator } = adapter
    const outcome = outcomeOf(message.carrier, authenticator)
    // Several guards of one handler share a context: the first one checks for all of them.
    if (outcome !== undefined && JwtAuthGuard.#satisfied.get(context) === outcome) return true
    const forbidden = await authenticator.authorize(outcome, requirement, new GuardedContext(context))
    if (forbidden !== undefined) throw toException(context, forbidden)
    if (outcome !== undefined) JwtAuthGuard.#satisfied.set(context, outcome)
    return true
  }

  /** Once for each request: several guards and resolvers share the first result, even while it is pending. */
  #authenticateOnce(
    message: Message,
    policy: string,
    adapter: Adapter<object>,
  ): Promise<Refusal | undefined> {
    const { carrier, once } = message
    const { authenticator } = adapter
    const earlier = once ? resultOf(carrier, policy) : undefined
    if (earlier?.authenticator === authenticator) return earlier.refusal
    const refusal = authenticate(message, adapter)
    rememberResult(carrier, policy, { authenticator, refusal })
    return refusal
  }

  /** Resolved for each message, since a policy may be request-scoped. */
  async #adapter(policy: string, request: object): Promise<Adapter<object> | undefined> {
    const token = getPolicyToken(policy)
    try {
      return toAdapter(this.#modules.get<Provided>(token, { strict: false }))
    } catch {
      return this.#scopedAdapter(token, policy, request)
    }
  }

  async #scopedAdapter(token: string, policy: string, request: object): Promise<Adapter<object> | undefined> {
    if (!this.#has(token)) {
      JwtAuthGuard.#logger.error(
        `No policy is named "${policy}": add JwtAuthModule.forRoot(${policy === 'default' ? '' : `{ name: '${policy}', … }`}) to the imports of the root module`,
      )
      return undefined
    }
    const contextId = ContextIdFactory.getByRequest(request)
    this.#modules.registerRequestByContextId(request, contextId)
    return toAdapter(await this.#modules.resolve<Provided>(token, contextId, { strict: false }))
  }

  #has(token: string): boolean {
    try {
      this.#modules.introspect(token)
      return true
    } catch {
      return false
    }
  }
}

async function authenticate(message: Message, adapter: Adapter<object>): Promise<Refusal | undefined> {
  const { carrier, view } = message
  const verdict = await adapter.authenticate(carrier, view)
  if (verdict.type === 'refuse') return verdict.refusal
  const { headers, principal } = verdict
  message.setHeaders(headers)
  fillHolder(carrier, principal)
  if (principal !== undefined) message.bind?.(principal, adapter.authenticator.policy.now)
  return undefined
}

/** What a check in code gets. Only HTTP requests have route parameters. */
class GuardedContext implements GuardedRequest {
  readonly raw: ExecutionContext

  constructor(raw: ExecutionContext) {
    this.raw = raw
  }

  get params(): RouteParams {
    if (this.raw.getType() !== 'http') return {}
    return this.raw.switchToHttp().getRequest<PlatformRequest>().params ?? {}
  }
}

Injectable()(JwtAuthGuard)
Inject(ModuleRef)(JwtAuthGuard, undefined, 0)
Inject(Reflector)(JwtAuthGuard, undefined, 1)
