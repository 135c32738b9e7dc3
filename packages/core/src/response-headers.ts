import type { ResponseHeaders } from './outcome.ts'
import type { Policy } from './policy/create-policy.ts'
import type { Credential } from './request/read-credential.ts'

const NO_STORE = Object.freeze(['Cache-Control', 'no-store'] as const)
const VARY = Object.freeze(['Vary', 'Cookie'] as const)

const NO_HEADERS: ResponseHeaders = Object.freeze([])
const VARY_COOKIE: ResponseHeaders = Object.freeze([VARY])
const COOKIE_HEADERS: ResponseHeaders = Object.freeze([NO_STORE, VARY])
const QUERY_HEADERS: ResponseHeaders = Object.freeze([NO_STORE])

/**
 * RFC 9111 section 3.5 protects responses to `Authorization` from shared caches; cookies and queries need a header
 * (RFC 6750 2.3).
 */
export function headersFor(credential: Credential | undefined, policy: Policy): ResponseHeaders {
  if (credential?.carrier === 'cookie') return COOKIE_HEADERS
  if (credential?.carrier === 'query') return QUERY_HEADERS
  return policy.cookie === undefined ? NO_HEADERS : VARY_COOKIE
}
