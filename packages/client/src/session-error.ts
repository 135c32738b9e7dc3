/**
 * Why something failed. `unreachable`: no response arrived, as when offline. `timed_out`: no response arrived in time.
 * `answer_invalid`: the response is not one of the session routes. `session_changed`: another user signed in before the
 * request was sent. Otherwise the `code` of the server's problem document (RFC 9457), such as `cross_site_rejected`, or
 * `refused` if it has none.
 */
export type SessionErrorCode =
  | 'unreachable'
  | 'timed_out'
  | 'answer_invalid'
  | 'session_changed'
  | 'refused'
  | (string & {})

/**
 * A call to the session routes failed, and the session is the same as before. A renewal rejected with `session_ended`
 * ends the session; that is not an error.
 */
export class SessionError extends Error {
  declare readonly code: SessionErrorCode
  /** The status of the response, if there was one. */
  declare readonly status: number | undefined
  /** How long the server asks to wait, in seconds. */
  declare readonly retryAfter: number | undefined
  /**
   * The parsed body of the response, such as the reason why the server's login rejected. `undefined` if it is not JSON.
   */
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

/** Facts about a failure besides its code. */
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
