/** What the server tells of a session. It holds no token: those are in cookies that no script can read. */
export interface SessionDocument<User = unknown> {
  readonly subject: string
  readonly sessionId: string
  /** What the application adds on the server. It is not checked here. */
  readonly user: User
  readonly scopes: readonly string[]
  readonly roles: readonly string[]
  /** When the access token expires, in milliseconds since the epoch by the server's clock. */
  readonly expiresAt: number
  /** When the session ends, however often it is renewed; in milliseconds since the epoch by the server's clock. */
  readonly sessionExpiresAt?: number
  /**
   * Goes up when the session gets a new refresh token: of two documents of one session, it tells the later one.
   * `undefined` where the server cannot say.
   */
  readonly generation?: number
  /** The server's clock when it answered, in milliseconds since the epoch. */
  readonly now: number
  /** Sent as `X-CSRF-Token` with unsafe requests, where the server gives one out. */
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
  /** Who acts as the user in it, where somebody does. */
  readonly actor?: string
}

/**
 * The document in an answer, or `undefined` where there is none: a proxy, or a development server that answers every
 * path with a page, must not look like a session.
 */
export function readDocument<User>(value: unknown): SessionDocument<User> | undefined {
  const { sessionId, expiresAt, now } = (value ?? {}) as Partial<SessionDocument<User>>
  return typeof sessionId === 'string' && typeof expiresAt === 'number' && typeof now === 'number'
    ? (value as SessionDocument<User>)
    : undefined
}
