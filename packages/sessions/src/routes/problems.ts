import type { HandlerResponse } from '@countersign/core/toolkit'

/** One row of the table of problems. */
export interface ProblemRow {
  readonly status: number
  readonly title: string
  readonly detail: string
}

/**
 * How session routes refuse, besides what core's table says. All ways in which a session can be over are one code:
 * which it was, only the events tell. Only `session_ended` says that a client may forget what it has.
 */
const PROBLEMS = {
  body_invalid: {
    status: 400,
    title: 'Bad Request',
    detail: 'The body is not what this route takes: a JSON object.',
  },
  body_too_large: { status: 413, title: 'Content Too Large', detail: 'The body is too large.' },
  content_type_unsupported: {
    status: 415,
    title: 'Unsupported Media Type',
    detail: 'The body must be application/json.',
  },
  credentials_rejected: { status: 401, title: 'Unauthorized', detail: 'The credentials are not right.' },
  method_not_allowed: {
    status: 405,
    title: 'Method Not Allowed',
    detail: 'The route does not take this method.',
  },
  browser_not_allowed: {
    status: 403,
    title: 'Forbidden',
    detail: 'These routes answer with tokens, so they are not for browsers.',
  },
  rate_limited: { status: 429, title: 'Too Many Requests', detail: 'Too many attempts. Try again later.' },
  session_ended: {
    status: 401,
    title: 'Unauthorized',
    detail: 'There is no session any more. Sign in again.',
  },
  session_not_recognized: {
    status: 401,
    title: 'Unauthorized',
    detail: 'The session cannot be recognized here. It may be alive.',
  },
  session_limit_reached: {
    status: 403,
    title: 'Forbidden',
    detail: 'The user is signed in on as many devices as is allowed.',
  },
  session_not_found: { status: 404, title: 'Not Found', detail: 'The user has no such session.' },
  session_store_unavailable: {
    status: 503,
    title: 'Service Unavailable',
    detail: 'Sessions are unavailable at the moment. Try again.',
  },
} as const

/** The codes of session routes. */
export type SessionProblemCode = keyof typeof PROBLEMS

/** How session routes refuse: status, title and text of each code. */
export const SESSION_PROBLEMS: Readonly<Record<SessionProblemCode, ProblemRow>> = PROBLEMS

/** A problem document (RFC 9457) of the table. */
export function problem(
  code: SessionProblemCode,
  headers: Readonly<Record<string, string | readonly string[]>> = {},
): HandlerResponse {
  const { status, title, detail } = SESSION_PROBLEMS[code]
  return {
    status,
    headers: [
      ['Content-Type', 'application/problem+json'],
      ['Cache-Control', 'no-store'],
      ...Object.entries(headers).flatMap(([name, value]) =>
        [value].flat().map((one) => [name, one] as const),
      ),
    ],
    body: JSON.stringify({ title, status, code, detail }),
  }
}
