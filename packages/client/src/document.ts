/** What the server says about a session. It holds no token: tokens are in cookies that scripts cannot read. */
export interface SessionDocument<User = unknown> {
  readonly subject: string
  readonly sessionId: string
  /** Data that the application adds on the server. It is not checked here. */
  readonly user: User
  readonly scopes: readonly string[]
  readonly roles: readonly string[]
  /** When the access token expires, in milliseconds since the epoch by the server's clock. */
  readonly expiresAt: number
  /** When the session ends, even if it is renewed; in milliseconds since the epoch by the server's clock. */
  readonly sessionExpiresAt?: number
  /**
   * Increases when the session gets a new refresh token: of two documents of one session, the later one has the higher
   * number. `undefined` if the server does not know it.
   */
  readonly generation?: number
  /** The server's time when it sent the document, in milliseconds since the epoch. */
  readonly now: number
  /** Sent as `X-CSRF-Token` with unsafe requests, if the server provides one. */
  readonly csrfToken?: string
}

/** One of the user's sessions, as in a list of signed-in devices. */
export interface DeviceSession {
  readonly id: string
  /** Whether it is the session of this browser. */
  readonly current: boolean
  /** In milliseconds since the epoch. */
  readonly createdAt: number
  /** In milliseconds since the epoch. */
  readonly lastSeenAt: number
  /** A label such as `Firefox on Linux`. */
  readonly device?: string
  readonly ip?: string
  /** The user who acts as this session's user, if there is one. */
  readonly actor?: string
}

/**
 * The document in a response, or `undefined` if there is none. A proxy, or a development server that returns a page for
 * every path, must not look like a session.
 */
export function readDocument<User>(value: unknown): SessionDocument<User> | undefined {
  const { sessionId, expiresAt, now } = (value ?? {}) as Partial<SessionDocument<User>>
  return typeof sessionId === 'string' && typeof expiresAt === 'number' && typeof now === 'number'
    ? (value as SessionDocument<User>)
    : undefined
}
