import type { RefusalCode } from '@countersign/core'
import type { AppName } from './apps.ts'
import { PUBLIC_REFUSALS, TITLES } from './refusals.ts'
import type { RequestSpec } from './wire/send.ts'

/** What a handler saw of the principal, after JSON. */
export interface SeenPrincipal {
  readonly subject: string
  readonly issuer: string
  readonly scopes: readonly string[]
  readonly roles: readonly string[]
  readonly claims: Readonly<Record<string, unknown>>
  readonly carrier: string
  readonly expiresAt: number
  readonly tokenId: string
  readonly sessionId: string
  readonly token: string
}

/** What the answer must be. All that is named is compared exactly; nothing else may run or be sent. */
export interface Expectation {
  /** Several only where frameworks route differently and all of these are closed doors. */
  readonly status: number | readonly number[]
  /** Exact values; `null` is absence. */
  readonly headers?: Readonly<Record<string, string | null>>
  /** The whole body, parsed. */
  readonly body?: unknown
  /** The handler that ran, as `METHOD /path`; `undefined` says that none did. */
  readonly handler?: string
  /** The handler may also not run: routers differ in what they take for its path. */
  readonly handlerMayRun?: true
  /** Members of the principal that the handler saw; `null`: it saw none. */
  readonly principal?: Partial<SeenPrincipal> | null
  /** What the policy's functions were asked, in order. Compared where it is given. */
  readonly asked?: readonly string[]
}

/** A row of the table. The title starts with the ids of the threats and requirements that it proves, in brackets. */
export interface Row {
  readonly title: string
  readonly app: AppName
  readonly request: RequestSpec
  readonly expect: Expectation
  /** Texts of the request, besides its credentials, that must not come back. */
  readonly secrets?: readonly string[]
}

/** What differs between refusals of one code. */
export interface RefusalDetails {
  readonly claim?: string
  /** Parameters of the challenge after `error_description`. */
  readonly challenge?: string
  readonly realm?: string
  readonly retryAfter?: string
  readonly asked?: readonly string[]
}

/** The one answer that a refusal code has: status, every header that matters, the whole body. */
export function refused(code: RefusalCode, details: RefusalDetails = {}): Expectation {
  const { status, detail } = PUBLIC_REFUSALS[code]
  const { claim, retryAfter = '5', asked } = details
  return {
    status,
    headers: {
      'Content-Type': 'application/problem+json',
      'Cache-Control': 'no-store',
      'WWW-Authenticate': challengeOf(code, details),
      'Retry-After': status === 503 ? retryAfter : null,
      'X-Error-Handler': null,
    },
    body: { title: TITLES[status], status, code, detail, ...(claim === undefined ? {} : { claim }) },
    ...(asked === undefined ? {} : { asked }),
  }
}

/** What `onRefused: 'throw'` hands to the framework’s error channel is the same refusal. */
export const thrown = (expectation: Expectation): Expectation => ({
  ...expectation,
  headers: { ...expectation.headers, 'X-Error-Handler': 'ran' },
})

function challengeOf(code: RefusalCode, { challenge, realm }: RefusalDetails): string | null {
  const { error, detail } = PUBLIC_REFUSALS[code]
  if (error === undefined) return null
  const parameters = [
    ...(realm === undefined ? [] : [`realm="${realm}"`]),
    ...(error === 'bare' ? [] : [`error="${error}", error_description="${detail}"`]),
    ...(challenge === undefined ? [] : [challenge]),
  ]
  return parameters.length === 0 ? 'Bearer' : `Bearer ${parameters.join(', ')}`
}

/** A request that reaches its handler, which sees this principal. */
export function passes(
  principal: Partial<SeenPrincipal> | null = {},
  { handler = 'GET /me', ...rest }: Partial<Expectation> = {},
): Expectation {
  return { status: 200, handler, principal, ...rest }
}

/** No handler runs, and the answer is none of success; which one is the framework's router's choice. */
export const CLOSED: Expectation = { status: [301, 308, 400, 401, 404, 405] }

/** `Authorization: Bearer <token>`, and more header lines. */
export function bearer(token: string, ...more: (readonly [string, string])[]): RequestSpec {
  return { headers: [['Authorization', `Bearer ${token}`], ...more] }
}
