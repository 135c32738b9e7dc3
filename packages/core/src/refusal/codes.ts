/** The challenge of a refusal in `WWW-Authenticate` (RFC 6750 section 3.1, RFC 9470 section 3). */
export type Challenge =
  | 'none'
  /** The scheme alone: the request had no credential (RFC 6750 section 3.1, last paragraph). */
  | 'bare'
  | 'invalid_request'
  | 'invalid_token'
  | 'insufficient_scope'
  | 'insufficient_user_authentication'

/** One row of the table. */
export interface RefusalRow {
  readonly status: 400 | 401 | 403 | 500 | 503
  readonly challenge: Challenge
  /** The public text: a constant, so it can contain nothing of a token. RFC 6750 section 3 limits its characters. */
  readonly detail: string
  /** For the error reference: what the operator or the client's developer must do. */
  readonly remedy: string
}

/**
 * All reasons to reject a request. Types, statuses, challenges, public texts, the error reference in docs and
 * the tests derive from this one table.
 */
export const REFUSALS = {
  credential_missing: {
    status: 401,
    challenge: 'bare',
    detail: 'The request has no access token.',
    remedy: 'Send `Authorization: Bearer <token>`, or the access cookie where cookies are enabled.',
  },
  credential_malformed: {
    status: 400,
    challenge: 'invalid_request',
    detail: 'The credential is malformed.',
    remedy: 'Send one scheme and one token, separated by a space, without commas.',
  },
  credential_ambiguous: {
    status: 400,
    challenge: 'invalid_request',
    detail: 'The request has more than one credential.',
    remedy:
      'Send one `Authorization` header, or one cookie with that name. Check whether a proxy adds a second one.',
  },
  cross_site_rejected: {
    status: 403,
    challenge: 'none',
    detail: 'The request is not from an allowed origin.',
    remedy:
      'Send the request from an origin in `origin`, add its origin to `allowedOrigins`, or send the CSRF token.',
  },
  token_malformed: {
    status: 401,
    challenge: 'invalid_token',
    detail: 'The access token is malformed.',
    remedy:
      'Send the token exactly as it was issued: three base64url segments (RFC 7515 section 7.1), or five if it is encrypted and `decryption` is set.',
  },
  decryption_failed: {
    status: 401,
    challenge: 'invalid_token',
    detail: 'The access token cannot be decrypted.',
    remedy:
      'Configure the issuer to encrypt the signed token to a key of `decryption`, with an allowed algorithm. See also `decryption.required`.',
  },
  algorithm_not_allowed: {
    status: 401,
    challenge: 'invalid_token',
    detail: 'The signature algorithm of the access token is not allowed.',
    remedy: 'Configure the issuer to sign with an allowed algorithm, or set the right ones in `algorithms`.',
  },
  key_unknown: {
    status: 401,
    challenge: 'invalid_token',
    detail: 'The access token is signed with an unknown key.',
    remedy: 'Check that the token and the key set come from the same issuer and environment.',
  },
  signature_invalid: {
    status: 401,
    challenge: 'invalid_token',
    detail: 'The signature of the access token is invalid.',
    remedy: 'Check that the right key is configured, and that nothing changes the token on its way.',
  },
  keys_unavailable: {
    status: 503,
    challenge: 'none',
    detail: 'The keys for verifying access tokens are temporarily unavailable.',
    remedy: 'Check the key server. The client keeps its token and tries again after `Retry-After`.',
  },
  token_expired: {
    status: 401,
    challenge: 'invalid_token',
    detail: 'The access token expired.',
    remedy: 'Get a new token. If new tokens expire at once, compare the clocks of the issuer and the server.',
  },
  token_not_yet_valid: {
    status: 401,
    challenge: 'invalid_token',
    detail: 'The access token is not yet valid.',
    remedy: 'Compare the clocks of the issuer and the server. See `clockTolerance`.',
  },
  claim_missing: {
    status: 401,
    challenge: 'invalid_token',
    detail: 'The access token lacks a required claim.',
    remedy:
      'Configure the issuer to add the claim that `claim` names, or set the option that makes it optional.',
  },
  claim_mismatch: {
    status: 401,
    challenge: 'invalid_token',
    detail: 'A claim of the access token does not have the required value.',
    remedy: 'Compare the claim that `claim` names with the options `issuer`, `audience` and `clientId`.',
  },
  token_type_wrong: {
    status: 401,
    challenge: 'invalid_token',
    detail: 'The token is not an access token.',
    remedy: 'Send the access token, not the ID, refresh or logout token. See `accept` and `profile`.',
  },
  claims_invalid: {
    status: 401,
    challenge: 'invalid_token',
    detail: 'The claims of the access token are invalid.',
    remedy:
      'A registered claim has the wrong type, or the `claims` schema rejected the claims. See the diagnostics channel.',
  },
  binding_missing: {
    status: 401,
    challenge: 'invalid_token',
    detail: 'The access token is bound to a key, but the request does not prove possession of that key.',
    remedy:
      'The token has a `cnf` claim, which this server does not check. Request a bearer token from the issuer.',
  },
  token_revoked: {
    status: 401,
    challenge: 'invalid_token',
    detail: 'The access token was revoked.',
    remedy: 'Sign in again.',
  },
  revocation_unavailable: {
    status: 503,
    challenge: 'none',
    detail: 'Revocation status is temporarily unavailable.',
    remedy:
      'Check the service that `isRevoked` calls. The client keeps its token and tries again after `Retry-After`.',
  },
  scope_insufficient: {
    status: 403,
    challenge: 'insufficient_scope',
    detail: 'The access token lacks a required scope.',
    remedy: 'Request a token with the scopes in the challenge.',
  },
  role_insufficient: {
    status: 403,
    challenge: 'insufficient_scope',
    detail: 'The access token lacks a required role.',
    remedy: 'Give the user the role. If the issuer puts roles into another claim, set `rolesFrom`.',
  },
  requirement_failed: {
    status: 403,
    challenge: 'insufficient_scope',
    detail: 'The access token does not meet the requirements of this resource.',
    remedy: 'Check the requirement of the route.',
  },
  authentication_insufficient: {
    status: 401,
    challenge: 'insufficient_user_authentication',
    detail: 'A more recent or stronger authentication is required.',
    remedy: 'Authenticate again, with the `acr_values` or `max_age` of the challenge (RFC 9470).',
  },
  authenticator_missing: {
    status: 500,
    challenge: 'none',
    detail: 'A guard ran without an authenticator: register jwtAuth() before this route.',
    remedy: 'Register `jwtAuth()` before the guard, on the same application or router.',
  },
  internal_error: {
    status: 500,
    challenge: 'none',
    detail: 'The server could not authenticate the request.',
    remedy:
      'A key function, schema or check of the application failed. The diagnostics channel has the cause.',
  },
} as const

/** The closed union of all refusal codes. */
export type RefusalCode = keyof typeof REFUSALS

/** The row of a code. */
export function refusalRow(code: RefusalCode): RefusalRow {
  return ROWS[code]
}

const ROWS: Readonly<Record<RefusalCode, RefusalRow>> = REFUSALS

/** All codes, in the order of a request's path. */
export const REFUSAL_CODES: readonly RefusalCode[] = Object.freeze(Object.keys(REFUSALS) as RefusalCode[])
