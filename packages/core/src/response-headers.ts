import type { ResponseHeaders } from './outcome.ts'
import type { Policy } from './policy/create-policy.ts'
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

/** `Vary` with one more field name, unless it has that already (RFC 9110 section 12.5.5). */
export function mergeVary(current: unknown, name: string): string {
  const names = (Array.isArray(current) ? current.join(',') : typeof current === 'string' ? current : '')
    .split(',')
    .map((field) => field.trim())
    .filter((field) => field !== '')
  if (names.some((field) => field === '*' || field.toLowerCase() === name.toLowerCase()))
    return names.join(', ')
  return [...names, name].join(', ')
}
