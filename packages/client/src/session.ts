import type { DeviceSession, SessionDocument } from './document.ts'

/** `unknown` until the server was asked, or the session was seen some other way. */
export type SessionStatus = 'unknown' | 'signed-in' | 'signed-out'

/**
 * The session of this browser, shared by all its tabs. All that rejects here rejects with a `SessionError`, and then
 * nothing has changed: whoever was signed in still is. (What `fetch` itself fails with is its own, as usual.)
 */
export interface Session<User = unknown> {
  readonly status: SessionStatus
  /** The last document of the server; `undefined` unless signed in. The same object until something changes. */
  readonly current: SessionDocument<User> | undefined
  /** `current.user` */
  readonly user: User | undefined

  /**
   * Who is signed in: `current`, or where there is none, what the server says. Where the access token has expired, it is
   * renewed. Resolves to `undefined` where nobody is signed in.
   */
  ready(): Promise<SessionDocument<User> | undefined>
  /**
   * Asks the server who is signed in, whatever is known, and tells all tabs. Call it after a sign-in that is not `login`:
   * a route of your own, a passkey, a popup. It is also done when the page gets the focus.
   */
  check(): Promise<SessionDocument<User> | undefined>

  /**
   * Like the global `fetch`. To other origins it is just that. To our own, it sends the CSRF token with unsafe methods,
   * renews an access token that is known to have expired beforehand, and after a 401 renews it and sends the request
   * once more; a second 401 is yours. So is the first, if the session turns out to be over, if it asks for a new login
   * (RFC 9470), or if the body is a stream, which cannot be sent twice. An unsafe request does not follow a redirect to
   * another origin, which would be told the CSRF token.
   * Rejects with a `SessionError` where the token could not be renewed for now: whether the session is alive is not known.
   */
  fetch(input: string | URL | Request, init?: RequestInit): Promise<Response>

  /** Signs in with what the server's login function expects. Wrong credentials reject with status 401. */
  login(credentials: unknown): Promise<SessionDocument<User>>
  /** Signs out here, and in all tabs. Where it rejects, you are not signed out yet: call it again. */
  logout(): Promise<void>
  /** Signs out on all devices. Rejects with the code `authentication_insufficient` where that needs a recent login. */
  logoutEverywhere(): Promise<void>
  /** Signs out on all devices but this one. Rejects like `logoutEverywhere`. */
  logoutOthers(): Promise<void>
  /** Renews the access token now, say after the user got another role. `undefined` where the session is over. */
  renew(): Promise<SessionDocument<User> | undefined>

  /** The user's sessions on all devices. */
  sessions(): Promise<readonly DeviceSession[]>
  /** Ends one of them. If it is this one, that is a logout. Rejects like `logoutEverywhere`. */
  revoke(id: string): Promise<void>

  /** Tells of each change, with what `current` has become. Answers a function that ends this. */
  onChange(listener: (current: SessionDocument<User> | undefined) => void): () => void
  /** Ends listening to other tabs and to the page. Calls under way are answered. */
  close(): void
}
