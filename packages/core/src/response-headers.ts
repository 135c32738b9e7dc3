import type { ResponseHeaders } from './outcome.ts'
import type { Policy } from './policy/policy.ts'
import type { Credential } from './request/read-credential.ts'

const NO_HEADERS: ResponseHeaders = Object.freeze({})
const VARY_COOKIE: ResponseHeaders = Object.freeze({ Vary: 'Cookie' })
const COOKIE_HEADERS: ResponseHeaders = Object.freeze({ 'Cache-Control': 'no-store', Vary: 'Cookie' })
const QUERY_HEADERS: ResponseHeaders = Object.freeze({ 'Cache-Control': 'no-store' })

/** RFC 9111 section 3.5 keeps shared caches off `Authorization`; cookies and queries need to be told (RFC 6750 2.3). */
export function headersFor(credential: Credential | undefined, policy: Policy): ResponseHeaders {
  if (credential?.carrier === 'cookie') return COOKIE_HEADERS
  if (credential?.carrier === 'query') return QUERY_HEADERS
  return policy.cookie === undefined ? NO_HEADERS : VARY_COOKIE
}
