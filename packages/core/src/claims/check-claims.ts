import { Failure } from '../refusal/failure.ts'
import type { MaybePromise } from '../base/maybe-promise.ts'
import type { JsonObject } from '../token/json-text.ts'
import type { TokenContent } from '../token/verify-token.ts'
import { checkAudience, checkClient } from './audience.ts'
import type { ClaimsPolicy } from './claims-policy.ts'
import { checkDates } from './dates.ts'
import { applySchema } from './schema.ts'
import { checkTokenType } from './token-type.ts'

/** Claims that are valid, and what was read from them. */
export interface CheckedClaims {
  /** The schema's output, or the token's own claims; frozen. */
  readonly claims: object
  /** Milliseconds since the epoch. */
  readonly expiresAt: number
  /** Whether the same claims would pass again, except for the time: an asynchronous schema may depend on other data. */
  readonly repeatable: boolean
}

/** RFC 9068 section 2.2: the claims that an access token of that profile must have. */
const RFC9068_CLAIMS = ['iss', 'exp', 'aud', 'sub', 'client_id', 'iat', 'jti'] as const

/**
 * Step 5: the registered claims, the profile, the claims that the policy expects, then the user's schema. What is
 * configured is required: an expectation fails if its claim is missing.
 *
 * @param now milliseconds since the epoch
 */
export function checkClaims(
  token: TokenContent,
  policy: ClaimsPolicy,
  now: number,
): MaybePromise<CheckedClaims | Failure> {
  const { claims } = token
  const wrong =
    checkTokenType(token, policy) ??
    checkProfile(claims, policy) ??
    checkStrings(claims) ??
    checkAudience(claims, policy) ??
    checkClient(claims, policy)
  if (wrong !== undefined) return wrong
  const expiresAt = checkDates(claims, policy, now)
  if (expiresAt instanceof Failure) return expiresAt
  if (policy.schema === undefined) return { claims, expiresAt, repeatable: true }
  const output = applySchema(policy.schema, claims)
  return output instanceof Promise
    ? output.then((value) =>
        value instanceof Failure ? value : { claims: value, expiresAt, repeatable: false },
      )
    : output instanceof Failure
      ? output
      : { claims: output, expiresAt, repeatable: true }
}

function checkProfile(claims: JsonObject, { profile }: ClaimsPolicy): Failure | undefined {
  if (profile !== 'rfc9068') return undefined
  const claim = RFC9068_CLAIMS.find((name) => claims[name] === undefined)
  return claim === undefined
    ? checkOptionalString(claims, 'client_id')
    : new Failure('claim_missing', { claim })
}

/** Claims that identify a user or an object. Only `sub` is required: a principal must have a subject. */
function checkStrings(claims: JsonObject): Failure | undefined {
  const { sub } = claims
  if (sub === undefined) return new Failure('claim_missing', { claim: 'sub' })
  if (typeof sub !== 'string' || sub === '') return new Failure('claims_invalid', { claim: 'sub' })
  return checkOptionalString(claims, 'jti') ?? checkOptionalString(claims, 'sid')
}

function checkOptionalString(claims: JsonObject, claim: 'jti' | 'sid' | 'client_id'): Failure | undefined {
  const value = claims[claim]
  return value === undefined || typeof value === 'string'
    ? undefined
    : new Failure('claims_invalid', { claim })
}
