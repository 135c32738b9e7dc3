/**
 * Why something failed. `unreachable`: no answer came, as when offline. `timed_out`: none came in time.
 * `answer_invalid`: what came is not an answer of the session routes. `session_changed`: another user signed in before
 * the request was sent. Else the `code` of the server's problem document (RFC 9457), such as
 * `cross_site_rejected`, or `refused` where it has none.
 */
export type SessionErrorCode =
  | 'unreachable'
  | 'timed_out'
  | 'answer_invalid'
  | 'session_changed'
  | 'refused'
  | (string & {})

/**
 * A call to the session routes failed, and nothing was decided: the session is what it was before.
 * Only `session_ended` in answer to a renewal ends a session, and that is no error.
 */
export class SessionError extends Error {
  declare readonly code: SessionErrorCode
  /** The status of the answer, where there was one. */
  declare readonly status: number | undefined
  /** How long the server asks to wait, in seconds. */
  declare readonly retryAfter: number | undefined
  /** The body of the answer, parsed, such as what the server's login says of a refusal. `undefined` where it is no JSON. */
  declare readonly data: unknown

  constructor(code: SessionErrorCode, { status, retryAfter, data, cause }: SessionErrorFacts = {}) {
    super(`countersign: ${code}`, { cause })
    this.name = 'SessionError'
    this.code = code
    this.status = status
    this.retryAfter = retryAfter
    this.data = data
  }
}

/** What is known of a failure besides its code. */
export interface SessionErrorFacts {
  readonly status?: number | undefined
  readonly retryAfter?: number | undefined
  readonly data?: unknown
  readonly cause?: unknown
}

/**
 * Whether a value is a {@link SessionError}, from this or another copy of the package.
 *
 * @example
 * ```ts
 * try {
 *   await session.logout()
 * } catch (error) {
 *   if (isSessionError(error)) console.log('Not signed out yet', error.code, error.retryAfter)
 * }
 * ```
 */
export function isSessionError(value: unknown): value is SessionError {
  return value instanceof Error && value.name === 'SessionError'
}
