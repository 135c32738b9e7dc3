import type { JsonObject } from '../token/json-text.ts'
import type { ClaimsPolicy } from './claims-policy.ts'

/**
 * The claim that identifies an ID token without hashes, or `undefined`. Its header does not help, since most access
 * tokens have the same. But:
 *
 * - `firebase` is in the ID tokens of Firebase and Identity Platform, which have no access tokens;
 * - an ID token is only for the client that requested it, and describes a sign-in (`nonce`, `auth_time`; section 2);
 *   an access token is for an API, and has a scope, or says that it is a bearer token.
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

/** The client that the token or the policy names. */
function isForClientAlone(claims: JsonObject, { clientIds }: ClaimsPolicy): boolean {
  const { aud, azp, client_id: clientId } = claims
  const audiences: readonly unknown[] = Array.isArray(aud) ? aud : [aud]
  const [first] = audiences
  if (typeof first !== 'string' || !audiences.every((one) => one === first)) return false
  return first === azp || first === clientId || clientIds?.has(first) === true
}
