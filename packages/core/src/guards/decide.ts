import { Failure } from '../refusal/failure.ts'
import { isThenable, type MaybePromise } from '../base/maybe-promise.ts'
import { readClaim } from '../principal/claim-path.ts'
import { rawClaims, type Principal } from '../principal/principal.ts'
import { scopesOf } from './describe.ts'
import { isRequirement, type GuardedRequest, type Requirement, type RequirementCheck } from './requirement.ts'

/** Seconds; the cap of `clockTolerance`. */
const MAX_CLOCK_DIFFERENCE = 60

/** What deciding needs besides the requirement. */
interface Subject {
  readonly principal: Principal
  /** The token's own claims: a schema may have dropped those that guards ask for. */
  readonly claims: object
  /** Milliseconds since the epoch. */
  readonly now: number
  readonly request: GuardedRequest
}

/** Where a principal is checked outside a request. */
const NO_REQUEST: GuardedRequest = Object.freeze({ raw: undefined, params: Object.freeze({}) })

/**
 * Step 9. Whether a principal satisfies a requirement; a {@link Failure} says what it lacks.
 * @param now milliseconds since the epoch
 */
export function decide(
  principal: Principal,
  requirement: Requirement,
  now: number,
  request: GuardedRequest = NO_REQUEST,
): MaybePromise<Failure | undefined> {
  const claims = rawClaims(principal)
  if (claims === undefined) return new Failure('authenticator_missing')
  if (!isRequirement(requirement))
    return toFault(new TypeError('a guard got something that is no requirement'))
  const decision = evaluate({ principal, claims, now, request }, requirement)
  return decision instanceof Promise
    ? decision.then((failure) => withScopes(failure, requirement))
    : withScopes(decision, requirement)
}

/** RFC 6750 section 3: `scope` names all that the resource asks for, not only what was found missing first. */
function withScopes(failure: Failure | undefined, requirement: Requirement): Failure | undefined {
  if (failure?.code !== 'scope_insufficient') return failure
  return new Failure('scope_insufficient', { scopes: scopesOf(requirement) })
}

function evaluate(subject: Subject, requirement: Requirement): MaybePromise<Failure | undefined> {
  const { principal, claims, now } = subject
  switch (requirement.kind) {
    case 'scope':
      return requirement.scopes.every((name) => principal.scopes.includes(name))
        ? undefined
        : new Failure('scope_insufficient')
    case 'role':
      return requirement.roles.every((name) => principal.roles.includes(name))
        ? undefined
        : new Failure('role_insufficient')
    case 'claim':
      return readClaim(claims, requirement.path) === requirement.value
        ? undefined
        : new Failure('requirement_failed')
    case 'acr': {
      const acr = readClaim(claims, ['acr'])
      return typeof acr === 'string' && requirement.values.includes(acr)
        ? undefined
        : new Failure('authentication_insufficient', { acrValues: requirement.values })
    }
    case 'maxAuthAge': {
      const time = readClaim(claims, ['auth_time'])
      return typeof time === 'number' && isWithin(now / 1_000 - time, requirement.seconds)
        ? undefined
        : new Failure('authentication_insufficient', { maxAge: requirement.seconds })
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

/** An authentication in the future is none, but for the clocks' difference. */
function isWithin(age: number, max: number): boolean {
  return age <= max && age >= -MAX_CLOCK_DIFFERENCE
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
        return evaluateAny(subject, requirements, i + 1, first ?? failure)
      })
    }
    if (decision === undefined || isFault(decision)) return decision
    first ??= decision
  }
  return first
}

function negate(decision: MaybePromise<Failure | undefined>): MaybePromise<Failure | undefined> {
  if (decision instanceof Promise) return decision.then((failure) => negate(failure))
  if (decision === undefined) return new Failure('requirement_failed')
  // A check that could not be carried out has not been denied.
  return isFault(decision) ? decision : undefined
}

function runCheck(
  check: RequirementCheck,
  { principal, request }: Subject,
): MaybePromise<Failure | undefined> {
  try {
    const answer = check(principal, request)
    return isThenable(answer) ? Promise.resolve(answer).then(toFailure, toFault) : toFailure(answer)
  } catch (cause) {
    return toFault(cause)
  }
}

function toFailure(answer: unknown): Failure | undefined {
  if (answer === true) return undefined
  return answer === false
    ? new Failure('requirement_failed')
    : toFault(new TypeError('a check must answer true or false'))
}

function toFault(cause: unknown): Failure {
  return new Failure('internal_error', { cause })
}

function isFault(failure: Failure): boolean {
  return failure.code === 'internal_error'
}
