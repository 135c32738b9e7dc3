import { Failure } from '../refusal/failure.ts'
import type { TokenContent } from '../token/verify-token.ts'
import type { ClaimsPolicy } from './claims-policy.ts'
import { idTokenClaim } from './id-token.ts'

/** Header types of access tokens. A token without a type passes too, as most issuers send none. */
const ACCESS_TOKEN_TYPES: ReadonlySet<string | undefined> = new Set([undefined, 'jwt', 'at+jwt'])
const ID_TOKEN_TYPES: ReadonlySet<string | undefined> = new Set([undefined, 'jwt'])

/** Keycloak writes the kind of token into the payload, and `JWT` into the header's `typ`. */
const NO_ACCESS_TOKEN: ReadonlySet<unknown> = new Set(['ID', 'Refresh', 'Offline', 'Logout'])
const NO_ID_TOKEN: ReadonlySet<unknown> = new Set(['Bearer', 'Refresh', 'Offline', 'Logout'])

/** OpenID Connect Back-Channel Logout 1.0 section 2.4: the mark of a logout token, with or without a type. */
const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout'

/**
 * A token of one kind is never accepted as another (RFC 8725 section 3.12). Refresh, logout, DPoP and other typed
 * tokens are rejected by their type, ID tokens also by the claims that only they have.
 */
export function checkTokenType({ header, claims }: TokenContent, policy: ClaimsPolicy): Failure | undefined {
  if (policy.typ === undefined ? !acceptedTypes(policy).has(header.typ) : header.typ !== policy.typ) {
    return new Failure('token_type_wrong')
  }
  if (isLogoutToken(claims['events'])) return new Failure('token_type_wrong')
  const idToken = policy.accept === 'id_token'
  const use = claims['token_use']
  if (use !== undefined && use !== (idToken ? 'id' : 'access')) {
    return new Failure('token_type_wrong', { claim: 'token_use' })
  }
  if ((idToken ? NO_ID_TOKEN : NO_ACCESS_TOKEN).has(claims['typ'])) {
    return new Failure('token_type_wrong', { claim: 'typ' })
  }
  if (idToken) return undefined
  // OpenID Connect Core 1.0 sections 3.1.3.6 and 3.3.2.11: hashes that bind an ID token to what came with it.
  if (claims['at_hash'] !== undefined || claims['c_hash'] !== undefined)
    return new Failure('token_type_wrong')
  const claim = idTokenClaim(claims, header.typ, policy)
  return claim === undefined ? undefined : new Failure('token_type_wrong', { claim })
}

const RFC9068_TYPES: ReadonlySet<string | undefined> = new Set(['at+jwt'])

function acceptedTypes({ accept, profile }: ClaimsPolicy): ReadonlySet<string | undefined> {
  if (accept === 'id_token') return ID_TOKEN_TYPES
  return profile === 'rfc9068' ? RFC9068_TYPES : ACCESS_TOKEN_TYPES
}

function isLogoutToken(events: unknown): boolean {
  return typeof events === 'object' && events !== null && Object.hasOwn(events, LOGOUT_EVENT)
}
