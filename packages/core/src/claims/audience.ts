import { Failure } from '../refusal/failure.ts'
import type { ClaimsPolicy } from './claims-policy.ts'
import type { JsonObject } from '../token/json-text.ts'

/**
 * `aud` must contain one of ours (RFC 7519 section 4.1.3). If present, it must be well-formed, even if it is not
 * checked.
 */
export function checkAudience(claims: JsonObject, { audience }: ClaimsPolicy): Failure | undefined {
  const { aud } = claims
  if (aud === undefined) return audience === null ? undefined : new Failure('claim_missing', { claim: 'aud' })
  if (typeof aud === 'string') {
    return audience === null || audience.has(aud)
      ? undefined
      : new Failure('claim_mismatch', { claim: 'aud' })
  }
  if (!Array.isArray(aud) || !aud.every((member) => typeof member === 'string')) {
    return new Failure('claims_invalid', { claim: 'aud' })
  }
  if (audience === null || aud.some((member) => audience.has(member))) return undefined
  return new Failure('claim_mismatch', { claim: 'aud' })
}

/**
 * The client that the token was issued to: `client_id` (RFC 9068 section 2.2) or `azp`. If a token has both, both
 * must be allowed.
 */
export function checkClient(claims: JsonObject, { clientIds }: ClaimsPolicy): Failure | undefined {
  if (clientIds === undefined) return undefined
  let seen = false
  for (const claim of ['client_id', 'azp'] as const) {
    const value = claims[claim]
    if (value === undefined) continue
    if (typeof value !== 'string') return new Failure('claims_invalid', { claim })
    if (!clientIds.has(value)) return new Failure('claim_mismatch', { claim })
    seen = true
  }
  return seen ? undefined : new Failure('claim_missing', { claim: 'client_id' })
}
