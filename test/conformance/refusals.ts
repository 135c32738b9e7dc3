import type { RefusalCode } from '@countersign/core'

/** What the world sees of a refusal. */
export interface PublicRefusal {
  readonly status: number
  /** `error` of the challenge; `bare` for a challenge without one, absent for no challenge at all. */
  readonly error?: string
  readonly detail: string
}

/**
 * The refusal table once more, written by hand and on purpose not derived from core's: it is the public contract, and
 * a change there has to be repeated here to pass. Statuses and errors after RFC 6750 section 3.1 and RFC 9470.
 */
export const PUBLIC_REFUSALS: Readonly<Record<RefusalCode, PublicRefusal>> = {
  credential_missing: { status: 401, error: 'bare', detail: 'The request has no access token.' },
  credential_malformed: { status: 400, error: 'invalid_request', detail: 'The credential is malformed.' },
  credential_ambiguous: {
    status: 400,
    error: 'invalid_request',
    detail: 'The request has more than one credential.',
  },
  cross_site_rejected: { status: 403, detail: 'The request is not from an allowed origin.' },
  token_malformed: { status: 401, error: 'invalid_token', detail: 'The access token is malformed.' },
  decryption_failed: {
    status: 401,
    error: 'invalid_token',
    detail: 'The access token cannot be decrypted.',
  },
  algorithm_not_allowed: {
    status: 401,
    error: 'invalid_token',
    detail: 'The signature algorithm of the access token is not allowed.',
  },
  key_unknown: {
    status: 401,
    error: 'invalid_token',
    detail: 'The access token is signed with an unknown key.',
  },
  signature_invalid: {
    status: 401,
    error: 'invalid_token',
    detail: 'The signature of the access token is invalid.',
  },
  keys_unavailable: {
    status: 503,
    detail: 'The keys for verifying access tokens are temporarily unavailable.',
  },
  token_expired: { status: 401, error: 'invalid_token', detail: 'The access token expired.' },
  token_not_yet_valid: {
    status: 401,
    error: 'invalid_token',
    detail: 'The access token is not yet valid.',
  },
  claim_missing: {
    status: 401,
    error: 'invalid_token',
    detail: 'The access token lacks a required claim.',
  },
  claim_mismatch: {
    status: 401,
    error: 'invalid_token',
    detail: 'A claim of the access token does not have the required value.',
  },
  token_type_wrong: { status: 401, error: 'invalid_token', detail: 'The token is not an access token.' },
  claims_invalid: {
    status: 401,
    error: 'invalid_token',
    detail: 'The claims of the access token are invalid.',
  },
  binding_missing: {
    status: 401,
    error: 'invalid_token',
    detail: 'The access token is bound to a key, but the request does not prove possession of that key.',
  },
  token_revoked: { status: 401, error: 'invalid_token', detail: 'The access token was revoked.' },
  revocation_unavailable: {
    status: 503,
    detail: 'Revocation status is temporarily unavailable.',
  },
  scope_insufficient: {
    status: 403,
    error: 'insufficient_scope',
    detail: 'The access token lacks a required scope.',
  },
  role_insufficient: {
    status: 403,
    error: 'insufficient_scope',
    detail: 'The access token lacks a required role.',
  },
  requirement_failed: {
    status: 403,
    error: 'insufficient_scope',
    detail: 'The access token does not meet the requirements of this resource.',
  },
  authentication_insufficient: {
    status: 401,
    error: 'insufficient_user_authentication',
    detail: 'A more recent or stronger authentication is required.',
  },
  authenticator_missing: {
    status: 500,
    detail: 'A guard ran without an authenticator: register jwtAuth() before this route.',
  },
  internal_error: { status: 500, detail: 'The server could not authenticate the request.' },
}

/** Titles of problem documents (RFC 9457 section 4.2.1). */
export const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
}
