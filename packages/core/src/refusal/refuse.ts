import type { Failure } from './failure.ts'
import { refusalRow, type RefusalCode } from './codes.ts'
import { quotedString } from './quoted-string.ts'

/** The body of a refusal: problem details (RFC 9457), served as `application/problem+json`. */
export interface ProblemDetails {
  /** The status phrase, as RFC 9457 section 4.2.1 requires for problems of type `about:blank`. */
  readonly title: string
  readonly status: number
  /** The stable code: for programs. */
  readonly code: RefusalCode
  readonly detail: string
  /** Name of the claim that failed, if one did. */
  readonly claim?: string
}

/** A refusal as plain data, which every adapter writes in the same way. */
export interface Refusal {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: ProblemDetails
}

const TITLES = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
} as const

/** Step 10: a failure becomes status, headers and body. `realm` is the policy's, never the request's. */
export function refuse(failure: Failure, realm?: string): Refusal {
  const { code, facts } = failure
  const row = refusalRow(code)
  const headers: Record<string, string> = {
    'Content-Type': 'application/problem+json',
    'Cache-Control': 'no-store',
  }
  const challenge = toChallenge(failure, realm)
  if (challenge !== undefined) headers['WWW-Authenticate'] = challenge
  if (row.status === 503) headers['Retry-After'] = String(Math.max(1, Math.ceil(facts.retryAfter ?? 5)))
  const body: ProblemDetails = {
    title: TITLES[row.status],
    status: row.status,
    code,
    detail: row.detail,
    ...(facts.claim === undefined ? undefined : { claim: facts.claim }),
  }
  return Object.freeze({ status: row.status, headers: Object.freeze(headers), body: Object.freeze(body) })
}

/** The value of `WWW-Authenticate`: RFC 6750 section 3, RFC 9470 section 3. */
function toChallenge({ code, facts }: Failure, realm: string | undefined): string | undefined {
  const { challenge, detail } = refusalRow(code)
  if (challenge === 'none') return undefined
  const parameters: string[] = []
  if (realm !== undefined) parameters.push(`realm=${quotedString(realm)}`)
  if (challenge !== 'bare') {
    parameters.push(`error="${challenge}"`, `error_description=${quotedString(detail)}`)
  }
  if (facts.scopes?.length) parameters.push(`scope=${quotedString(facts.scopes.join(' '))}`)
  if (facts.acrValues?.length) parameters.push(`acr_values=${quotedString(facts.acrValues.join(' '))}`)
  if (facts.maxAge !== undefined) parameters.push(`max_age=${facts.maxAge}`)
  return parameters.length === 0 ? 'Bearer' : `Bearer ${parameters.join(', ')}`
}
