import type { JsonValue } from '@countersign/core'
import { kindOf, type Fault } from '@countersign/core/toolkit'

/**
 * Claims with a standard meaning (RFC 7519 section 4.1, RFC 9068 section 2.2, RFC 8693 section 4, RFC 7800, OpenID Connect
 * Core 1.0), and claims that this library sets.
 */
const RESERVED: ReadonlySet<string> = new Set([
  'iss',
  'sub',
  'aud',
  'exp',
  'nbf',
  'iat',
  'jti',
  'client_id',
  'azp',
  'scope',
  'scp',
  'roles',
  'sid',
  'epoch',
  'cnf',
  'act',
  'may_act',
  'auth_time',
  'acr',
  'amr',
  'typ',
  'token_use',
  'at_hash',
  'c_hash',
  'nonce',
  'events',
  '__proto__',
])

/** Claims that the application defines. */
export type PrivateClaims = Readonly<Record<string, JsonValue>>

/** Remedies for claims that must not be private claims, such as `pass it as "subject"`. */
export type ClaimRemedies = Readonly<Record<string, string>>

/**
 * Rejects values that are not an object, and claims with a standard meaning. For functions that make tokens with claims of
 * an application.
 * @param remedies remedy by claim, for claims that have a parameter of their own
 * @throws the error that `fault` makes from the name `claims` and a message
 * @example
 * ```ts
 * const fault = (name: string, message: string) => new TypeError(`invite(): "${name}" ${message}`)
 * assertPrivateClaims({ team: 'red' }, fault, { sub: 'pass it as "user"' })
 * ```
 */
export function assertPrivateClaims(
  claims: unknown,
  fault: Fault,
  remedies: ClaimRemedies,
): asserts claims is PrivateClaims | undefined {
  if (claims === undefined) return
  if (typeof claims !== 'object' || claims === null || Array.isArray(claims))
    throw fault('claims', `must be an object of names and JSON values, got ${kindOf(claims)}`)
  for (const name of Object.keys(claims)) {
    if (!RESERVED.has(name)) continue
    const remedy = Object.hasOwn(remedies, name)
      ? remedies[name]
      : 'this name has a standard meaning, so choose another one'
    throw fault('claims', `must not have "${name}": ${remedy}`)
  }
}

/** Remedies for the claims that the issuer sets in every token. */
export const SET_BY_ISSUER: ClaimRemedies = {
  iss: 'the issuer sets it',
  iat: 'the issuer sets it',
  jti: 'the issuer sets it',
}
