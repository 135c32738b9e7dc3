// What the server's own routes answer, for both sides.

/** What the session document tells of its user. */
export interface SessionUser {
  readonly name: string
}

/** `GET /api/profile` */
export interface Profile {
  readonly name: string
  readonly email: string
  readonly roles: readonly string[]
}

/** `POST /api/documents` */
export interface Countersigned {
  readonly number: number
  /** Milliseconds since the epoch. */
  readonly at: number
}

/** One of `GET /api/admin/users` */
export interface UserRow {
  readonly id: string
  readonly name: string
  readonly email: string
  readonly roles: readonly string[]
  /** How many devices the user is signed in on. */
  readonly devices: number
}
