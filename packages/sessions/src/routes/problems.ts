import type { HandlerResponse } from '@countersign/core/toolkit'

/** One row of the table of problems. */
export interface ProblemRow {
  readonly status: number
  readonly title: string
  readonly detail: string
}

/**
 * The errors of session routes, besides those in core's table. All reasons for the end of a session share one code;
 * only the events name the reason. Only `session_ended` means that a client may delete its tokens; it also names the
 * session.
 */
const PROBLEMS = {
  body_invalid: {
    status: 400,
    title: 'Bad Request',
    detail: 'The body must be a JSON object.',
  },
  body_too_large: { status: 413, title: 'Content Too Large', detail: 'The body is too large.' },
  content_type_unsupported: {
    status: 415,
    title: 'Unsupported Media Type',
    detail: 'The body must be application/json.',
  },
  credentials_rejected: { status: 401, title: 'Unauthorized', detail: 'The credentials are wrong.' },
  method_not_allowed: {
    status: 405,
    title: 'Method Not Allowed',
    detail: 'The route does not support this method.',
  },
  browser_not_allowed: {
    status: 403,
    title: 'Forbidden',
    detail: 'These routes return tokens in the body, so they reject browsers.',
  },
  rate_limited: { status: 429, title: 'Too Many Requests', detail: 'Too many attempts. Try again later.' },
  session_ended: {
    status: 401,
    title: 'Unauthorized',
    detail: 'The session has ended. Sign in again.',
  },
  session_not_recognized: {
    status: 401,
    title: 'Unauthorized',
    detail: 'This server does not recognize the session. It may still be active.',
  },
  session_limit_reached: {
    status: 403,
    title: 'Forbidden',
    detail: 'The user has reached the maximum number of sessions.',
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

/** Status, title and text of each code. */
export const SESSION_PROBLEMS: Readonly<Record<SessionProblemCode, ProblemRow>> = PROBLEMS

/** A problem document (RFC 9457) from the table. `facts` are additional members. */
export function problem(
  code: SessionProblemCode,
  headers: Readonly<Record<string, string | readonly string[]>> = {},
  facts: Readonly<Record<string, unknown>> = {},
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
    body: JSON.stringify({ title, status, code, detail, ...facts }),
  }
}
