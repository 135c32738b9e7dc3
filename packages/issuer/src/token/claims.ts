import type { JsonValue } from '@countersign/core'
import { kindOf, type Fault } from '@countersign/core/toolkit'

/**
 * Claims that have a meaning of their own (RFC 7519 section 4.1, RFC 9068 section 2.2, RFC 8693 section 4, RFC 7800,
 * OpenID Connect Core 1.0) or that this library sets.
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

/** Claims of the application's own. */
export type PrivateClaims = Readonly<Record<string, JsonValue>>

/** What to do in place of a claim that must not be among private ones: `give it as "subject"`. */
export type ClaimRemedies = Readonly<Record<string, string>>

/**
 * Rejects what is no object, and claims with a meaning of their own. For functions that make tokens with claims of an
 * application.
 * @param remedies by claim, for those that can be given in another way
 * @throws what `fault` makes of the name `claims` and a message
 * @example
 * ```ts
 * const fault = (name: string, message: string) => new TypeError(`invite(): "${name}" ${message}`)
 * assertPrivateClaims({ team: 'red' }, fault, { sub: 'give it as "user"' })
 * ```
 */
export function assertPrivateClaims(
  claims: unknown,
  fault: Fault,
  remedies: ClaimRemedies,
): asserts claims is PrivateClaims | undefined {
  if (claims === undefined) return
  if (typeof claims !== 'object' || claims === null || Array.isArray(claims))
    throw fault('claims', `must be an object, from names to JSON values, got ${kindOf(claims)}`)
  for (const name of Object.keys(claims)) {
    if (!RESERVED.has(name)) continue
    const remedy = Object.hasOwn(remedies, name)
      ? remedies[name]
      : 'it has a meaning of its own, so choose another name'
    throw fault('claims', `must not have "${name}": ${remedy}`)
  }
}

/** The claims that every token of an issuer has. */
export const SET_BY_ISSUER: ClaimRemedies = {
  iss: 'the issuer sets it',
  iat: 'the issuer sets it',
  jti: 'the issuer sets it',
}
