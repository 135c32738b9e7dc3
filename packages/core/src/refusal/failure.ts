import type { MaybePromise } from '../base/maybe-promise.ts'
import type { RefusalCode } from './codes.ts'

/**
 * What a step knows about why it stopped. Every member is safe to show: names come from the policy or from a
 * specification, never from a token.
 */
export interface FailureFacts {
  /** Name of the claim that was checked. */
  readonly claim?: string | undefined
  /** Scopes that the resource requires (RFC 6750 section 3, `scope`). */
  readonly scopes?: readonly string[] | undefined
  /** Accepted authentication context classes (RFC 9470 section 3, `acr_values`). */
  readonly acrValues?: readonly string[] | undefined
  /** Accepted seconds since the last active authentication (RFC 9470 section 3, `max_age`). */
  readonly maxAge?: number | undefined
  /** Seconds after which a retry makes sense (RFC 9110 section 10.2.3). */
  readonly retryAfter?: number | undefined
  /** For operators only: goes to the diagnostics channels, never to the client. */
  readonly cause?: unknown
}

/** Every member is present, so that none is read from a polluted `Object.prototype`. */
const NO_FACTS: FailureFacts = Object.freeze({
  claim: undefined,
  scopes: undefined,
  acrValues: undefined,
  maxAge: undefined,
  retryAfter: undefined,
  cause: undefined,
})

/**
 * The result of a step that ends the path of a request. It is a value, not an `Error`: rejecting is the normal work
 * of this library, and neither a stack trace nor unwinding should be paid for it.
 */
export class Failure {
  readonly code: RefusalCode
  readonly facts: FailureFacts

  constructor(code: RefusalCode, facts: FailureFacts = NO_FACTS) {
    this.code = code
    this.facts = facts === NO_FACTS ? facts : { ...NO_FACTS, ...facts }
  }
}

/** The next step, now or later; a failure skips it. */
export function andThen<T, U>(
  value: MaybePromise<T | Failure>,
  next: (value: T) => MaybePromise<U | Failure>,
): MaybePromise<U | Failure> {
  if (value instanceof Promise)
    return value.then((settled) => (settled instanceof Failure ? settled : next(settled)))
  return value instanceof Failure ? value : next(value)
}
