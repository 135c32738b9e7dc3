import { randomUUID } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'

/** A user. */
export interface User {
  readonly id: string
  readonly email: string
  readonly roles: readonly string[]
  readonly passwordHash: string
  /** Counts the passwords that the user has had. */
  readonly passwordVersion: number
}

/** The users, in the database. */
export interface Users {
  add(user: Pick<User, 'email' | 'roles' | 'passwordHash'>): User
  byEmail(email: string): User | undefined
  byId(id: string): User | undefined
  /** Answers whether there is such a user. */
  setRoles(id: string, roles: readonly string[]): boolean
  /** Unless the password was changed since it had that version. Answers whether it is changed. */
  setPassword(id: string, version: number, passwordHash: string): boolean
}

const TABLE = `CREATE TABLE IF NOT EXISTS users (
  id TEXT PRIMARY KEY,
  email TEXT NOT NULL UNIQUE,
  roles TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  password_version INTEGER NOT NULL DEFAULT 1
) STRICT`

export function createUsers(database: DatabaseSync): Users {
  database.exec(TABLE)
  const insert = database.prepare(
    'INSERT INTO users (id, email, roles, password_hash) VALUES (?, ?, ?, ?) RETURNING *',
  )
  const byEmail = database.prepare('SELECT * FROM users WHERE email = ?')
  const byId = database.prepare('SELECT * FROM users WHERE id = ?')
  const setRoles = database.prepare('UPDATE users SET roles = ? WHERE id = ?')
  const setPassword = database.prepare(
    `UPDATE users SET password_hash = ?, password_version = password_version + 1
     WHERE id = ? AND password_version = ?`,
  )

  return {
    add: ({ email, roles, passwordHash }) =>
      toUser(insert.get(randomUUID(), normal(email), JSON.stringify(roles), passwordHash))!,
    byEmail: (email) => toUser(byEmail.get(normal(email))),
    byId: (id) => toUser(byId.get(id)),
    setRoles: (id, roles) => setRoles.run(JSON.stringify(roles), id).changes === 1,
    setPassword: (id, version, passwordHash) => setPassword.run(passwordHash, id, version).changes === 1,
  }
}

/** One person has one account, however the address is typed. */
function normal(email: string): string {
  return email.trim().toLowerCase()
}

function toUser(row: Record<string, unknown> | undefined): User | undefined {
  if (row === undefined) return undefined
  return {
    id: row['id'] as string,
    email: row['email'] as string,
    roles: JSON.parse(row['roles'] as string) as string[],
    passwordHash: row['password_hash'] as string,
    passwordVersion: row['password_version'] as number,
  }
}
