import { ownMembers } from '../base/members.ts'
import type { MaybePromise } from '../base/maybe-promise.ts'
import { OptionError } from '../base/option-error.ts'
import type { Principal } from '../principal/principal.ts'

/** A value that a claim can be compared with. */
export type ClaimValue = string | number | boolean

/** Parameters of a route, by name. */
export type RouteParams = Readonly<Record<string, string | readonly string[] | undefined>>

/** The request that a guard checks, for checks in code. */
export interface GuardedRequest {
  /** The framework's own: Express' and Fastify's request, Koa's `ctx`, Hono's `c`, Nest's `ExecutionContext`. */
  readonly raw: unknown
  /** The parameters of the route, as the framework provides them. They come from the client. */
  readonly params: RouteParams
}

/** Checks a principal in code. Must return `true` or `false`; throwing is a fault of the application (500). */
export type RequirementCheck = (principal: Principal, request: GuardedRequest) => MaybePromise<boolean>

/**
 * What a route requires of a principal, as data: every guard, in every framework, uses the same value. It can be
 * printed ({@link describeRequirement}), compared ({@link sameRequirement}) and documented ({@link toOpenApiSecurity}).
 */
export type Requirement =
  | { readonly kind: 'scope'; readonly scopes: readonly string[] }
  | { readonly kind: 'role'; readonly roles: readonly string[] }
  | { readonly kind: 'claim'; readonly path: readonly string[]; readonly value: ClaimValue }
  | { readonly kind: 'acr'; readonly values: readonly string[] }
  | { readonly kind: 'maxAuthAge'; readonly seconds: number }
  | { readonly kind: 'allOf'; readonly requirements: readonly Requirement[] }
  | { readonly kind: 'anyOf'; readonly requirements: readonly Requirement[] }
  | { readonly kind: 'not'; readonly requirement: Requirement }
  | { readonly kind: 'check'; readonly name: string; readonly check: RequirementCheck }

/** The members of any kind of requirement, not yet validated. */
type Members = { readonly [member: string]: unknown }

/**
 * Whether a value is a requirement: of a known kind, and not empty. A guard with an unknown kind or an empty list
 * would accept every request, so it must reject them.
 */
export function isRequirement(value: unknown): value is Requirement {
  try {
    return typeof value === 'object' && value !== null && isOfKind(ownMembers(value as Members))
  } catch {
    return false // a proxy may throw at every member that is read
  }
}

function isOfKind(members: Members): boolean {
  switch (members['kind'] as Requirement['kind']) {
    case 'scope':
      return isListOf(isName, members['scopes'])
    case 'role':
      return isListOf(isName, members['roles'])
    case 'claim':
      return isListOf(isName, members['path']) && isComparable(members['value'])
    case 'acr':
      return isListOf(isName, members['values'])
    case 'maxAuthAge':
      return typeof members['seconds'] === 'number' && members['seconds'] >= 0
    case 'allOf':
    case 'anyOf':
      return isListOf(isRequirement, members['requirements'])
    case 'not':
      return isRequirement(members['requirement'])
    case 'check':
      return isName(members['name']) && typeof members['check'] === 'function'
    default:
      return false
  }
}

function isListOf(is: (item: unknown) => boolean, value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((item) => is(item))
}

function isName(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}

/** NaN equals nothing, so `not` would accept everyone. */
export function isComparable(value: unknown): value is ClaimValue {
  return typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)
}

/**
 * Throws at start, rather than at the first request, if a guard got something else.
 * @throws `OptionError`
 */
export function assertRequirement(value: unknown): asserts value is Requirement {
  assertRequirements('requirement', [value as Requirement])
}

/** The same for several, with the name of the function that got them. */
export function assertRequirements(
  option: string,
  requirements: readonly Requirement[],
): readonly Requirement[] {
  if (requirements.length === 0 || !requirements.every(isRequirement)) {
    throw new OptionError(option, "needs requirements, such as scope('orders:read') or role('admin')")
  }
  return Object.freeze([...requirements])
}
