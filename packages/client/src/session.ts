import type { DeviceSession, SessionDocument } from './document.ts'

/** `unknown` until the server has responded, or another tab has reported the session. */
export type SessionStatus = 'unknown' | 'signed-in' | 'signed-out'

/**
 * The session of this browser, shared by all its tabs. All methods reject with a `SessionError`, and then nothing has
 * changed: a user who was signed in still is. (Errors of the global `fetch` itself are passed on as they are.)
 */
export interface Session<User = unknown> {
  readonly status: SessionStatus
  /**
   * The server's last document; `undefined` unless a user is signed in. The object stays the same until something
   * changes.
   */
  readonly current: SessionDocument<User> | undefined
  /** `current.user` */
  readonly user: User | undefined

  /**
   * Who is signed in: `current`, or what the server says if there is none. Renews the access token if it has expired.
   * Resolves to `undefined` if no user is signed in.
   */
  ready(): Promise<SessionDocument<User> | undefined>
  /**
   * Always asks the server who is signed in, and informs all tabs. Call it after a sign-in that does not use `login`: a
   * route of your own, a passkey, a popup. It also runs when the page gets the focus.
   */
  check(): Promise<SessionDocument<User> | undefined>

  /**
   * Like the global `fetch`. Requests to other origins are passed on unchanged. For requests to our own origin, it
   * sends the CSRF token with unsafe methods and renews an expired access token first. After a 401, it renews the token
   * and sends the request once more; a second 401 is returned to you. The first 401 is returned to you if the session
   * is over, if it asks for a new login (RFC 9470), or if the body is a stream, which cannot be sent twice. Unsafe
   * requests do not follow a redirect to another origin, because that origin would receive the CSRF token.
   * Rejects with a `SessionError` if the token cannot be renewed at the moment: then it is not known whether the
   * session is alive.
   */
  fetch(input: string | URL | Request, init?: RequestInit): Promise<Response>

  /**
   * Signs in with the credentials that the server's login function expects. Wrong credentials reject with status 401.
   */
  login(credentials: unknown): Promise<SessionDocument<User>>
  /** Signs out here, and in all tabs. If it rejects, the user is not signed out yet: call it again. */
  logout(): Promise<void>
  /** Signs out on all devices. Rejects with the code `authentication_insufficient` if a recent login is required. */
  logoutEverywhere(): Promise<void>
  /** Signs out on all devices but this one. Rejects like `logoutEverywhere`. */
  logoutOthers(): Promise<void>
  /**
   * Renews the access token now, for example after the user got another role. Resolves to `undefined` if the session is
   * over.
   */
  renew(): Promise<SessionDocument<User> | undefined>

  /** The user's sessions on all devices. */
  sessions(): Promise<readonly DeviceSession[]>
  /** Ends one of them. If it is this one, this is a logout. Rejects like `logoutEverywhere`. */
  revoke(id: string): Promise<void>

  /** Calls the listener with `current` after each change. Returns a function that removes the listener. */
  onChange(listener: (current: SessionDocument<User> | undefined) => void): () => void
  /** Stops listening to other tabs and to the page. Running calls still complete. */
  close(): void
}
