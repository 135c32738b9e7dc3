import { Failure } from '../refusal/failure.ts'
import type { ClaimsPolicy } from './claims-policy.ts'
import type { JsonObject } from '../token/json-text.ts'

/** The year 33658 in seconds, the year 2001 in milliseconds: from here on a number is probably in milliseconds. */
const MILLISECONDS_FROM = 1e12

/**
 * For operators, since the table of refusals has one text for each code. Made once, so that no token costs a stack
 * trace.
 */
const NOT_SECONDS = {
  exp: notSeconds('exp'),
  nbf: notSeconds('nbf'),
  iat: notSeconds('iat'),
} as const

function notSeconds(claim: string): Error {
  return new RangeError(
    `the claim "${claim}" is 10^12 or more: it looks like milliseconds, and must be seconds since 1970 (RFC 7519 section 2)`,
  )
}

/** A NumericDate (RFC 7519 section 2): types are checked before values, so 0, '1' and null never skip a check. */
function readDate(claims: JsonObject, claim: 'exp' | 'nbf' | 'iat'): number | Failure | undefined {
  const value = claims[claim]
  if (value === undefined) return undefined
  if (typeof value === 'number' && value >= 0 && value < MILLISECONDS_FROM) return value
  const isTooLarge = typeof value === 'number' && value >= MILLISECONDS_FROM
  return new Failure('claims_invalid', isTooLarge ? { claim, cause: NOT_SECONDS[claim] } : { claim })
}

/**
 * `exp`, `nbf`, `iat` (RFC 7519 sections 4.1.4 to 4.1.6) and the policy's greatest age.
 * @param now milliseconds since the epoch
 * @returns when the token expires, in milliseconds since the epoch; `Infinity` if it has no expiry
 */
export function checkDates(claims: JsonObject, policy: ClaimsPolicy, now: number): number | Failure {
  const seconds = now / 1_000
  const { clockTolerance, maxTokenAge } = policy
  const exp = readDate(claims, 'exp')
  if (exp instanceof Failure) return exp
  if (exp === undefined && policy.requireExpiry) return new Failure('claim_missing', { claim: 'exp' })
  // Written so that a clock that returns NaN accepts nothing.
  if (exp !== undefined && !(seconds < exp + clockTolerance))
    return new Failure('token_expired', { claim: 'exp' })

  const nbf = readDate(claims, 'nbf')
  if (nbf instanceof Failure) return nbf
  if (nbf !== undefined && !(nbf <= seconds + clockTolerance))
    return new Failure('token_not_yet_valid', { claim: 'nbf' })

  const iat = readDate(claims, 'iat')
  if (iat instanceof Failure) return iat
  if (iat !== undefined && !(iat <= seconds + clockTolerance))
    return new Failure('token_not_yet_valid', { claim: 'iat' })
  if (maxTokenAge !== undefined) {
    if (iat === undefined) return new Failure('claim_missing', { claim: 'iat' })
    if (!(seconds - iat < maxTokenAge + clockTolerance)) return new Failure('token_expired', { claim: 'iat' })
  }
  return exp === undefined ? Number.POSITIVE_INFINITY : exp * 1_000
}
