/** How a refusal is announced in `WWW-Authenticate` (RFC 6750 section 3.1, RFC 9470 section 3). */
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
  /** The public text: a constant, so nothing of a token can slip into it. RFC 6750 section 3 limits its characters. */
  readonly detail: string
  /** For the error reference: what the operator or the developer of the client does about it. */
  readonly remedy: string
}

/**
 * Every way in which a request is refused. Types, statuses, challenges, public texts, the error reference in docs and
 * the tests derive from this one table.
 */
export const REFUSALS = {
  credential_missing: {
    status: 401,
    challenge: 'bare',
    detail: 'The request carries no access token.',
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
    detail: 'The request carries more than one credential.',
    remedy:
      'Send one `Authorization` header, or one cookie of that name. Look for a proxy that adds a second one.',
  },
  cross_site_rejected: {
    status: 403,
    challenge: 'none',
    detail: 'The request is not from an allowed origin.',
    remedy: 'Call from an own origin, list the calling origin in `allowedOrigins`, or send the CSRF token.',
  },
  token_malformed: {
    status: 401,
    challenge: 'invalid_token',
    detail: 'The access token is malformed.',
    remedy:
      'Send the token exactly as it was issued: three base64url segments (RFC 7515 section 7.1), five if it is encrypted and `decryption` is set.',
  },
  decryption_failed: {
    status: 401,
    challenge: 'invalid_token',
    detail: 'The access token cannot be decrypted.',
    remedy:
      'Let the issuer encrypt the signed token to a key of `decryption`, with its algorithms; see also `required` there.',
  },
  algorithm_not_allowed: {
    status: 401,
    challenge: 'invalid_token',
    detail: 'The access token is signed with an algorithm that is not allowed here.',
    remedy: 'Let the issuer sign with an algorithm of the policy, or name the right ones in `algorithms`.',
  },
  key_unknown: {
    status: 401,
    challenge: 'invalid_token',
    detail: 'The access token is signed with an unknown key.',
    remedy: 'Check that token and key set come from the same issuer and environment.',
  },
  signature_invalid: {
    status: 401,
    challenge: 'invalid_token',
    detail: 'The signature of the access token is invalid.',
    remedy: 'Check that the right key is configured and that nothing alters the token on its way.',
  },
  keys_unavailable: {
    status: 503,
    challenge: 'none',
    detail: 'The keys that verify access tokens are unavailable at the moment.',
    remedy: 'Check the key server; the client keeps its token and tries again after `Retry-After`.',
  },
  token_expired: {
    status: 401,
    challenge: 'invalid_token',
    detail: 'The access token expired.',
    remedy: 'Obtain a new token. If new ones expire at once, compare the clocks of issuer and server.',
  },
  token_not_yet_valid: {
    status: 401,
    challenge: 'invalid_token',
    detail: 'The access token is not valid yet.',
    remedy: 'Compare the clocks of issuer and server; see `clockTolerance`.',
  },
  claim_missing: {
    status: 401,
    challenge: 'invalid_token',
    detail: 'The access token lacks a required claim.',
    remedy: 'Let the issuer add the claim that `claim` names, or spell out that the policy does not need it.',
  },
  claim_mismatch: {
    status: 401,
    challenge: 'invalid_token',
    detail: 'A claim of the access token does not match what is required here.',
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
      'A registered claim has the wrong type, or the `claims` schema refused; see the diagnostics channel.',
  },
  binding_missing: {
    status: 401,
    challenge: 'invalid_token',
    detail: 'The access token is bound to a key, and possession of that key was not proved.',
    remedy:
      'The token has a `cnf` claim, which this policy does not check. Ask the issuer for a bearer token.',
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
    detail: 'Whether the access token was revoked cannot be told at the moment.',
    remedy: 'Check what `isRevoked` asks; the client keeps its token and tries again after `Retry-After`.',
  },
  scope_insufficient: {
    status: 403,
    challenge: 'insufficient_scope',
    detail: 'The access token lacks a required scope.',
    remedy: 'Request a token with the scopes that the challenge names.',
  },
  role_insufficient: {
    status: 403,
    challenge: 'insufficient_scope',
    detail: 'The access token lacks a required role.',
    remedy: 'Give the user the role, or see `rolesFrom` if the issuer keeps roles in another claim.',
  },
  requirement_failed: {
    status: 403,
    challenge: 'insufficient_scope',
    detail: 'The access token does not satisfy what this resource requires.',
    remedy: 'See the requirement at the route.',
  },
  authentication_insufficient: {
    status: 401,
    challenge: 'insufficient_user_authentication',
    detail: 'A more recent or stronger authentication is required.',
    remedy: 'Authenticate again with the `acr_values` or `max_age` of the challenge (RFC 9470).',
  },
  authenticator_missing: {
    status: 500,
    challenge: 'none',
    detail: 'A guard ran without an authenticator before it: register jwtAuth() ahead of this route.',
    remedy: 'Register `jwtAuth()` before the guard, on the same application or router.',
  },
  internal_error: {
    status: 500,
    challenge: 'none',
    detail: 'The server could not authenticate the request.',
    remedy:
      'A key function, schema or check of the application failed; the diagnostics channel has the cause.',
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
