import type { Outcome, Refusal } from '@countersign/core'
import { attachOutcome, outcomeOf, refusalFor, type AdapterSetup } from '@countersign/core/adapter'
import { Inject, Injectable, Logger, type CanActivate, type ExecutionContext } from '@nestjs/common'
import { ContextIdFactory, ModuleRef, Reflector } from '@nestjs/core'
import { judgementOf, rememberJudgement } from './judgements.ts'
import { readRules } from './metadata.ts'
import { getPolicyToken } from './policy-token.ts'
import { toException } from './refuse.ts'
import { readMessage, type Message } from './message.ts'

/**
 * Authenticates HTTP requests, GraphQL operations, WebSocket messages and microservice messages, and checks what the
 * decorators on class and method ask for. For `@UseGuards()`, or as `APP_GUARD`: then everything is protected unless
 * `@Public()`.
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
    const setup = message && (await this.#setup(policy, message.carrier))
    if (message === undefined || setup === undefined)
      throw toException(context, refusalFor('authenticator_missing'))
    const refusal = await this.#authenticateOnce(message, policy, setup)
    if (refusal !== undefined) throw toException(context, refusal)
    if (requirement === undefined) return true
    const { authenticator } = setup
    const outcome = outcomeOf(message.carrier, authenticator)
    // Of the guards before one handler, which share a context, the first one asks for all.
    if (outcome !== undefined && JwtAuthGuard.#satisfied.get(context) === outcome) return true
    const forbidden = await authenticator.authorize(outcome, requirement)
    if (forbidden !== undefined) throw toException(context, forbidden)
    if (outcome !== undefined) JwtAuthGuard.#satisfied.set(context, outcome)
    return true
  }

  /** Once for each request: several guards and resolvers share what the first one finds, also while it still looks. */
  #authenticateOnce(message: Message, policy: string, setup: AdapterSetup): Promise<Refusal | undefined> {
    const { carrier, once } = message
    const { authenticator } = setup
    const earlier = once ? judgementOf(carrier, policy) : undefined
    if (earlier?.authenticator === authenticator) return earlier.refusal
    const refusal = authenticate(message, setup)
    rememberJudgement(carrier, policy, { authenticator, refusal })
    return refusal
  }

  /** Looked up for each message, since a policy may be request-scoped. */
  async #setup(policy: string, request: object): Promise<AdapterSetup | undefined> {
    const token = getPolicyToken(policy)
    try {
      return this.#modules.get<AdapterSetup>(token, { strict: false })
    } catch {
      return this.#scopedSetup(token, policy, request)
    }
  }

  async #scopedSetup(token: string, policy: string, request: object): Promise<AdapterSetup | undefined> {
    if (!this.#has(token)) {
      JwtAuthGuard.#logger.error(
        `There is no policy "${policy}": add JwtAuthModule.forRoot(${policy === 'default' ? '' : `{ name: '${policy}', … }`}) to the imports of the root module`,
      )
      return undefined
    }
    const contextId = ContextIdFactory.getByRequest(request)
    this.#modules.registerRequestByContextId(request, contextId)
    return this.#modules.resolve<AdapterSetup>(token, contextId, { strict: false })
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

async function authenticate(
  message: Message,
  { authenticator, property }: AdapterSetup,
): Promise<Refusal | undefined> {
  const { carrier, view } = message
  const outcome = await authenticator.authenticate(view)
  if (outcome.type === 'refused') return outcome.refusal
  message.setHeaders(outcome.headers)
  attachOutcome(carrier, authenticator, outcome)
  const principal = outcome.type === 'authenticated' ? outcome.principal : undefined
  Object.assign(carrier, { [property]: principal })
  if (principal !== undefined) message.bind?.(principal, authenticator.policy.now)
  return undefined
}

Injectable()(JwtAuthGuard)
Inject(ModuleRef)(JwtAuthGuard, undefined, 0)
Inject(Reflector)(JwtAuthGuard, undefined, 1)
