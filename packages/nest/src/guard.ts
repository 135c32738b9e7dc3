import type { Refusal } from '@countersign/core'
import { attachOutcome, outcomeOf, refusalFor, type AdapterSetup } from '@countersign/core/adapter'
import { Inject, Injectable, Logger, type CanActivate, type ExecutionContext } from '@nestjs/common'
import { ContextIdFactory, ModuleRef, Reflector } from '@nestjs/core'
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
    const refusal = await this.#authenticate(message, setup)
    if (refusal !== undefined) throw toException(context, refusal)
    if (requirement === undefined) return true
    const { authenticator } = setup
    const forbidden = await authenticator.authorize(outcomeOf(message.carrier, authenticator), requirement)
    if (forbidden !== undefined) throw toException(context, forbidden)
    return true
  }

  /** Once for each request: several guards and resolvers share what the first one found. */
  async #authenticate(message: Message, setup: AdapterSetup): Promise<Refusal | undefined> {
    const { authenticator, property } = setup
    const { carrier } = message
    if (message.once && outcomeOf(carrier, authenticator) !== undefined) return undefined
    const outcome = await authenticator.authenticate(message.view)
    if (outcome.type === 'refused') return outcome.refusal
    message.setHeaders(outcome.headers)
    attachOutcome(carrier, authenticator, outcome)
    Object.assign(carrier, { [property]: outcome.type === 'authenticated' ? outcome.principal : undefined })
    return undefined
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
Injectable()(JwtAuthGuard)
Inject(ModuleRef)(JwtAuthGuard, undefined, 0)
Inject(Reflector)(JwtAuthGuard, undefined, 1)
