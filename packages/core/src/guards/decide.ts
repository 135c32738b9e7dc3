import { isThenable, type MaybePromise } from '../base/maybe-promise.ts'
import { areNames, isReadable, readClaim } from '../principal/claim-path.ts'
import { tokenBehind, type CheckedToken, type Principal } from '../principal/principal.ts'
import type { RefusalCode } from '../refusal/codes.ts'
import { Failure, type FailureFacts } from '../refusal/failure.ts'
import { scopesOf } from './describe.ts'
import { isRequirement, type GuardedRequest, type Requirement, type RequirementCheck } from './requirement.ts'

/** Minimum tolerance for clock differences, in seconds: the time of a sign-in is not known more exactly. */
const MIN_CLOCK_DIFFERENCE = 60

/**
 * A requirement that is not met because its claim is malformed. `not` does not accept it either: a claim that cannot be
 * read does not prove the opposite.
 */
class Unreadable extends Failure {}

/** What deciding needs besides the requirement. */
interface Subject {
  readonly principal: Principal
  /** The token's own claims: a schema may have dropped those that guards check. */
  readonly claims: object
  /** Says which claims contain scopes and roles, and the clock tolerance. */
  readonly issuer: CheckedToken['token']['issuer']
  /** Milliseconds since the epoch. */
  readonly now: number
  readonly request: GuardedRequest
}

/** For a principal that is checked outside a request. */
const NO_REQUEST: GuardedRequest = Object.freeze({ raw: undefined, params: Object.freeze({}) })

/**
 * Step 9. Checks whether a principal meets a requirement. A {@link Failure} says what is missing.
 * @param now milliseconds since the epoch
 */
export function decide(
  principal: Principal,
  requirement: Requirement,
  now: number,
  request: GuardedRequest = NO_REQUEST,
): MaybePromise<Failure | undefined> {
  const token = tokenBehind(principal)
  if (token === undefined) return new Failure('authenticator_missing')
  if (!isRequirement(requirement))
    return toFault(new TypeError('a guard got a value that is not a requirement'))
  const { claims, issuer } = token
  const decision = evaluate({ principal, claims, issuer, now, request }, requirement)
  return decision instanceof Promise
    ? decision.then((failure) => withScopes(failure, requirement))
    : withScopes(decision, requirement)
}

/** RFC 6750 section 3: `scope` names all scopes that the resource requires, not only the first that is missing. */
function withScopes(failure: Failure | undefined, requirement: Requirement): Failure | undefined {
  if (failure?.code !== 'scope_insufficient') return failure
  return new Failure('scope_insufficient', { scopes: scopesOf(requirement) })
}

function evaluate(subject: Subject, requirement: Requirement): MaybePromise<Failure | undefined> {
  const { principal, claims, issuer } = subject
  switch (requirement.kind) {
    case 'scope':
      if (requirement.scopes.every((name) => principal.scopes.includes(name))) return undefined
      return missing(areNames(claims, issuer.mapping.scopesFrom, 'space-separated'), 'scope_insufficient')
    case 'role':
      if (requirement.roles.every((name) => principal.roles.includes(name))) return undefined
      return missing(areNames(claims, issuer.mapping.rolesFrom, 'single'), 'role_insufficient')
    case 'claim': {
      const value = readClaim(claims, requirement.path)
      if (value === requirement.value) return undefined
      const isOther = value === undefined || typeof value === typeof requirement.value
      return missing(isOther && isReadable(claims, requirement.path), 'requirement_failed')
    }
    case 'acr': {
      const acr = readClaim(claims, ['acr'])
      if (typeof acr === 'string' && requirement.values.includes(acr)) return undefined
      const isOther = acr === undefined || typeof acr === 'string'
      return missing(isOther, 'authentication_insufficient', { acrValues: requirement.values })
    }
    case 'maxAuthAge': {
      const time = readClaim(claims, ['auth_time'])
      if (isDate(time) && isWithin(subject, time, requirement.seconds)) return undefined
      const facts = { maxAge: requirement.seconds }
      return missing(time === undefined || isDate(time), 'authentication_insufficient', facts)
    }
    case 'allOf':
      return evaluateAll(subject, requirement.requirements, 0)
    case 'anyOf':
      return evaluateAny(subject, requirement.requirements, 0, undefined)
    case 'not':
      return negate(evaluate(subject, requirement.requirement))
    case 'check':
      return runCheck(requirement.check, subject)
  }
}

/** The failure of a requirement, and whether its claims could be read. */
function missing(readable: boolean, code: RefusalCode, facts?: FailureFacts): Failure {
  return readable ? new Failure(code, facts) : new Unreadable(code, facts)
}

/** Seconds since the epoch, not milliseconds. */
function isDate(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value < 1e12
}

/** An authentication in the future does not count, except for the clock tolerance. */
function isWithin({ now, issuer }: Subject, time: number, max: number): boolean {
  const age = now / 1_000 - time
  return age <= max && age >= -Math.max(issuer.claims.clockTolerance, MIN_CLOCK_DIFFERENCE)
}

function evaluateAll(
  subject: Subject,
  requirements: readonly Requirement[],
  start: number,
): MaybePromise<Failure | undefined> {
  for (let i = start; i < requirements.length; i++) {
    const decision = evaluate(subject, requirements[i]!)
    if (decision instanceof Promise) {
      return decision.then((failure) => failure ?? evaluateAll(subject, requirements, i + 1))
    }
    if (decision !== undefined) return decision
  }
  return undefined
}

function evaluateAny(
  subject: Subject,
  requirements: readonly Requirement[],
  start: number,
  first: Failure | undefined,
): MaybePromise<Failure | undefined> {
  for (let i = start; i < requirements.length; i++) {
    const decision = evaluate(subject, requirements[i]!)
    if (decision instanceof Promise) {
      return decision.then((failure) => {
        if (failure === undefined || isFault(failure)) return failure
        return evaluateAny(subject, requirements, i + 1, firstOf(first, failure))
      })
    }
    if (decision === undefined || isFault(decision)) return decision
    first = firstOf(first, decision)
  }
  return first
}

/** The first failure says what is required. If one of them could not be read, the result is unreadable too. */
function firstOf(first: Failure | undefined, failure: Failure): Failure {
  if (first === undefined || first instanceof Unreadable || !(failure instanceof Unreadable))
    return first ?? failure
  return new Unreadable(first.code, first.facts)
}

function negate(decision: MaybePromise<Failure | undefined>): MaybePromise<Failure | undefined> {
  if (decision instanceof Promise) return decision.then((failure) => negate(failure))
  if (decision === undefined) return new Failure('requirement_failed')
  // A check that failed with an error is not denied, and neither is a claim that cannot be read.
  if (decision instanceof Unreadable) return new Unreadable('requirement_failed')
  return isFault(decision) ? decision : undefined
}

function runCheck(
  check: RequirementCheck,
  { principal, request }: Subject,
): MaybePromise<Failure | undefined> {
  try {
    const result = check(principal, request)
    return isThenable(result) ? Promise.resolve(result).then(toFailure, toFault) : toFailure(result)
  } catch (cause) {
    return toFault(cause)
  }
}

function toFailure(result: unknown): Failure | undefined {
  if (result === true) return undefined
  return result === false
    ? new Failure('requirement_failed')
    : toFault(new TypeError('a check must return true or false'))
}

function toFault(cause: unknown): Failure {
  return new Failure('internal_error', { cause })
}

function isFault(failure: Failure): boolean {
  return failure.code === 'internal_error'
}
