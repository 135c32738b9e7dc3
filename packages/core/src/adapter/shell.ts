import { createAuthenticator, type Authenticator } from '../authenticator.ts'
import { memberOf, ownMembers } from '../base/members.ts'
import type { MaybePromise } from '../base/maybe-promise.ts'
import type { ClaimsOf, StandardSchema } from '../claims/schema.ts'
import {
  assertRequirement,
  type GuardedRequest,
  type Requirement,
  type RouteParams,
} from '../guards/requirement.ts'
import type { Outcome, ResponseHeaders } from '../outcome.ts'
import type { Principal } from '../principal/principal.ts'
import type { Refusal } from '../refusal/refuse.ts'
import type { RequestView } from '../request/view.ts'
import { attachmentOf, attachOutcome, principalOf, refusalFor, type Attacher } from './attachment.ts'
import { markMiddleware } from './audit.ts'
import { enableCurrentPrincipal, runInHolder } from './current-principal.ts'
import { assertGuardOptions, readAdapterOptions } from './options.ts'
import type { GuardOptions, JwtAuthOptions, OnRefused } from './options.ts'
import { callNext, refuseWith, type Verdict } from './verdict.ts'

/** What the shell needs to know about a framework. */
export interface Framework<Request extends object> {
  /** Stores the principal where users of the framework read it. Default: the property of the request. */
  readonly expose?: (request: Request, property: string, principal: Principal<unknown> | undefined) => void
  /** The parameters of the route of a request. Default: `request.params`. */
  readonly params?: (request: Request) => RouteParams
}

/** Typed access to what an adapter attached. Every `jwtAuth()` has it. */
export interface PrincipalAccess<Request, Claims> {
  /**
   * The principal of a request, its claims typed by the schema.
   * @throws `Error` if this `jwtAuth()` did not run, or the request is anonymous
   */
  of(request: Request): Principal<Claims>
  /** Fetches keys before the first request. Rejects if they cannot be fetched. */
  ready(): Promise<void>
  readonly authenticator: Authenticator<Claims>
}

/** The part of an adapter that is the same in every framework. */
export interface Adapter<Request extends object, Claims = unknown> extends Attacher {
  readonly property: string
  /**
   * Authenticates a request, checks the requirement of its route, and attaches the outcome. The adapter only writes
   * the verdict.
   */
  authenticate(request: Request, view: RequestView, requirement?: Requirement): MaybePromise<Verdict>
  /** Gives a piece of middleware the access to principals, and marks it for audits. */
  publish<Middleware extends object>(middleware: Middleware): Middleware & PrincipalAccess<object, Claims>
}

/** The part of a guard that is the same in every framework. */
export interface Guard {
  readonly requirement: Requirement
  /** Checks the nearest outcome on a request. Rejects if no `jwtAuth()` ran before. */
  authorize(request: object): MaybePromise<Verdict>
  /** Marks a piece of middleware for audits. */
  mark<Middleware extends object>(middleware: Middleware): Middleware
}

const NO_HEADERS: ResponseHeaders = Object.freeze([])

/**
 * Makes an adapter from the options of `jwtAuth()`, or from the environment.
 *
 * @throws `OptionError` naming the option and the remedy
 */
export function createAdapter<
  Request extends object,
  Schema extends StandardSchema | undefined = StandardSchema | undefined,
>(options?: JwtAuthOptions<Schema>, framework: Framework<Request> = {}): Adapter<Request, ClaimsOf<Schema>> {
  const { property, onRefused, currentPrincipal, policy } = readAdapterOptions(options)
  const authenticator = createAuthenticator(policy) as Authenticator<ClaimsOf<Schema>>
  if (currentPrincipal) enableCurrentPrincipal()
  return adapterOf(authenticator, { property, onRefused, currentPrincipal }, framework)
}

/** Makes an adapter from an authenticator that exists. */
export function adapterOf<Request extends object, Claims = unknown>(
  authenticator: Authenticator<Claims>,
  settings: { readonly property: string; readonly onRefused: OnRefused; readonly currentPrincipal: boolean },
  framework: Framework<Request> = {},
): Adapter<Request, Claims> {
  const { expose = setProperty, params = paramsOf } = ownMembers(framework)
  const { property, onRefused, currentPrincipal } = settings

  function conclude(outcome: Outcome<unknown>, request: Request): Verdict {
    if (outcome.type === 'refused') return refuseWith(outcome.refusal, onRefused)
    attachOutcome(request, adapter, outcome)
    // Also if there is none: a value that another library left there must not pass for a principal.
    const principal = outcome.type === 'authenticated' ? outcome.principal : undefined
    expose(request, property, principal)
    const proceed = currentPrincipal
      ? <T>(next: () => T): T => runInHolder(request, principal, next)
      : callNext
    return { type: 'pass', principal, headers: outcome.headers, proceed }
  }

  async function concludeLater(
    pending: Promise<Outcome<unknown>>,
    request: Request,
    requirement: Requirement | undefined,
  ): Promise<Verdict> {
    const verdict = conclude(await pending, request)
    if (requirement === undefined || verdict.type === 'refuse') return verdict
    const guarded = await authorizeNearest(request, requirement, onRefused)
    return guarded.type === 'refuse' ? guarded : verdict
  }

  const adapter: Adapter<Request, Claims> = Object.freeze({
    authenticator,
    property,
    onRefused,
    params: params as (request: object) => RouteParams,
    authenticate: (request: Request, view: RequestView, requirement?: Requirement) =>
      concludeLater(authenticator.authenticate(view), request, requirement),
    publish: <Middleware extends object>(middleware: Middleware) =>
      Object.assign(markMiddleware(middleware, { type: 'authenticate' }), {
        authenticator,
        of: (request: object) => principalOf(request, authenticator),
        ready: () => authenticator.ready(),
      }),
  })
  return adapter
}

/**
 * Makes a guard.
 *
 * @throws `OptionError` if the requirement or an option is invalid
 */
export function createGuard(requirement: Requirement, options: GuardOptions = {}): Guard {
  assertRequirement(requirement)
  assertGuardOptions(options)
  const onRefused = memberOf(options, 'onRefused') as OnRefused | undefined
  return Object.freeze({
    requirement,
    authorize: (request: object) => authorizeNearest(request, requirement, onRefused),
    mark: <Middleware extends object>(middleware: Middleware) =>
      markMiddleware(middleware, { type: 'authorize', requirement }),
  })
}

function authorizeNearest(
  request: object,
  requirement: Requirement,
  own: OnRefused | undefined,
): MaybePromise<Verdict> {
  const nearest = attachmentOf(request)
  if (nearest === undefined) return refuseWith(refusalFor('authenticator_missing'), own ?? 'respond')
  const { attacher, outcome } = nearest
  const onRefused = own ?? attacher.onRefused
  const guarded = new FrameworkRequest(request, attacher)
  const refusal = attacher.authenticator.authorize(outcome, requirement, guarded)
  return refusal instanceof Promise
    ? refusal.then((settled) => verdictOf(settled, outcome, onRefused))
    : verdictOf(refusal, outcome, onRefused)
}

function verdictOf(refusal: Refusal | undefined, outcome: Outcome<unknown>, onRefused: OnRefused): Verdict {
  if (refusal !== undefined) return refuseWith(refusal, onRefused)
  const principal = outcome.type === 'authenticated' ? outcome.principal : undefined
  return { type: 'pass', principal, headers: NO_HEADERS, proceed: callNext }
}

/** What a check in code gets of the request. Parameters are read only if a check reads them. */
class FrameworkRequest implements GuardedRequest {
  readonly raw: object
  readonly #attacher: Attacher

  constructor(raw: object, attacher: Attacher) {
    this.raw = raw
    this.#attacher = attacher
  }

  get params(): RouteParams {
    return this.#attacher.params(this.raw)
  }
}

function setProperty(request: object, property: string, principal: unknown): void {
  Object.assign(request, { [property]: principal })
}

function paramsOf(request: object): RouteParams {
  return (request as { readonly params?: RouteParams }).params ?? {}
}
