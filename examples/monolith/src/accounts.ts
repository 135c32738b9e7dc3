import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

/** A user, as in your database. */
export interface Account {
  readonly id: string
  readonly roles: readonly string[]
  readonly scopes: readonly string[]
}

/** Those who may sign in. */
export interface Accounts {
  /** Who that is, or `undefined` if the credentials are wrong. @param credentials what was sent, not validated */
  verify(credentials: unknown): Promise<Account | undefined>
}

/** An account to be, with the name and password that it signs in with. */
export interface NewAccount extends Account {
  readonly name: string
  readonly password: string
}

interface PasswordHash {
  readonly salt: Buffer
  readonly key: Buffer
}

const derive = promisify<string | Buffer, Buffer, number, object, Buffer>(scrypt)
/** 128 MiB for each guess: a cost that OWASP recommends for scrypt. */
const COST = { N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 2 ** 20 }

/** Accounts in memory, in place of a database. */
export async function createAccounts(list: readonly NewAccount[]): Promise<Accounts> {
  const accounts = new Map<string, { account: Account; hash: PasswordHash }>()
  for (const { name, password, ...account } of list)
    accounts.set(name, { account, hash: await hashOf(password) })
  // Verified where there is no such account: the time it takes must not tell which names exist.
  const nobodys = await hashOf(randomBytes(16))

  return {
    async verify(credentials) {
      const { name, password } = Object(credentials) as { name?: unknown; password?: unknown }
      if (typeof name !== 'string' || typeof password !== 'string') return undefined
      const found = accounts.get(name)
      const isRight = await isHashOf(found?.hash ?? nobodys, password)
      return isRight ? found?.account : undefined
    },
  }
}

async function hashOf(password: string | Buffer): Promise<PasswordHash> {
  const salt = randomBytes(16)
  return { salt, key: await derive(password, salt, 32, COST) }
}

async function isHashOf({ salt, key }: PasswordHash, password: string): Promise<boolean> {
  return timingSafeEqual(key, await derive(password, salt, key.length, COST))
}
