import type { JsonValue } from '@countersign/core'
import { OptionError } from '@countersign/core/toolkit'

/**
 * Claims that have a meaning of their own (RFC 7519 section 4.1, RFC 9068 section 2.2, RFC 8693 section 4, RFC 7800,
 * OpenID Connect Core 1.0) or that this library sets. They are given by their own options, never among private claims.
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

/**
 * Refuses what would stand for a registered claim.
 * @throws `OptionError` naming the claim
 */
export function assertPrivateClaims(
  claims: unknown,
  option = 'claims',
): asserts claims is PrivateClaims | undefined {
  if (claims === undefined) return
  if (typeof claims !== 'object' || claims === null || Array.isArray(claims)) {
    throw new OptionError(option, 'must be an object, from names to JSON values')
  }
  for (const name of Object.keys(claims)) {
    if (RESERVED.has(name)) {
      throw new OptionError(
        option,
        `has "${name}", which is a registered claim: it has an option of its own, or none`,
      )
    }
  }
}
