import type { JsonObject } from '../token/json-text.ts'
import type { ClaimsPolicy } from './claims-policy.ts'

/**
 * The claim that gives an ID token away which has no hashes, or `undefined`. Its header says nothing, as most access
 * tokens' do, but:
 *
 * - `firebase` stands in those of Firebase and Identity Platform, which have no access tokens;
 * - it is meant for the client that asked for it, alone, and tells of a sign-in (`nonce`, `auth_time`; section 2), while an
 *   access token is meant for an API, and has a scope, or says that it is a bearer token.
 */
export function idTokenClaim(
  claims: JsonObject,
  headerType: string | undefined,
  policy: ClaimsPolicy,
): string | undefined {
  if (claims['firebase'] !== undefined) return 'firebase'
  if (headerType === 'at+jwt' || policy.typ !== undefined) return undefined
  const signIn = ['nonce', 'auth_time'].find((name) => claims[name] !== undefined)
  if (signIn === undefined || claims['typ'] === 'Bearer') return undefined
  if (claims['scope'] !== undefined || claims['scp'] !== undefined) return undefined
  return isForClientAlone(claims, policy) ? signIn : undefined
}

/** The client is who the token names as such, or the policy does. */
function isForClientAlone(claims: JsonObject, { clientIds }: ClaimsPolicy): boolean {
  const { aud, azp, client_id: clientId } = claims
  const audiences: readonly unknown[] = Array.isArray(aud) ? aud : [aud]
  const [first] = audiences
  if (typeof first !== 'string' || !audiences.every((one) => one === first)) return false
  return first === azp || first === clientId || clientIds?.has(first) === true
}
