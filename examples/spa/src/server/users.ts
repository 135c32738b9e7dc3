import { hash, verify } from '@node-rs/argon2'
import { randomBytes } from 'node:crypto'
import type { Profile, SessionUser } from '../shared/api.ts'
import { DEMO_ACCOUNTS } from '../shared/demo-accounts.ts'

/** A user, as in your database. */
export interface User extends Profile {
  readonly id: string
  /** Argon2id, with the library's defaults. */
  readonly passwordHash: string
}

/** Whoever an access token or a session is about. */
interface Subject {
  readonly subject: string
}

/** The users, in place of a database. */
export interface Users {
  list(): readonly User[]
  /** For the session routes: who that is, or `undefined` if the credentials are wrong. */
  login(credentials: unknown): Promise<(Subject & Pick<User, 'roles'>) | undefined>
  /** For the session routes: what the page may know of the user without asking for it. */
  shown(who: Subject): SessionUser
  /** For each access token: a role that was taken away is gone with the next one. */
  claims(who: Subject): Pick<User, 'roles'>
  profile(who: Subject): Profile
}

export async function createUsers(): Promise<Users> {
  const users = await Promise.all(
    DEMO_ACCOUNTS.map(async ({ password, ...account }, index) => ({
      ...account,
      id: `user-${index + 1}`,
      passwordHash: await hash(password),
    })),
  )
  // Verified where there is no such user: the time it takes must not tell who has an account.
  const nobodysHash = await hash(randomBytes(16))

  function get({ subject }: Subject): User {
    const user = users.find(({ id }) => id === subject)
    if (user === undefined) throw new Error('There is a session of a user who is none')
    return user
  }

  return {
    list: () => users,
    async login(credentials) {
      const { email, password } = Object(credentials) as { email?: unknown; password?: unknown }
      if (typeof email !== 'string' || typeof password !== 'string' || password.length > 1_000)
        return undefined
      const user = users.find((one) => one.email === email.trim().toLowerCase())
      const isRight = await verify(user?.passwordHash ?? nobodysHash, password)
      return isRight && user !== undefined ? { subject: user.id, roles: user.roles } : undefined
    },
    shown: (who) => ({ name: get(who).name }),
    claims: (who) => ({ roles: get(who).roles }),
    profile(who) {
      const { name, email, roles } = get(who)
      return { name, email, roles }
    },
  }
}
