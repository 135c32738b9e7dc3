import { hash, verify } from '@node-rs/argon2'
import { randomBytes } from 'node:crypto'

/** In characters. NIST SP 800-63B-4: 15 where a password is all that is asked for; none so long that hashing it is an attack. */
export const PASSWORD_LENGTH = { min: 15, max: 256 }

/** Argon2id with the library's defaults: 19 MiB, two passes. */
export function hashPassword(password: string): Promise<string> {
  return hash(password)
}

/** What is verified where there is no such user. */
const nobodysHash = hash(randomBytes(16))

/**
 * Whether a password is the one that was hashed. Takes as long where there is no hash: the time must not tell who has
 * an account.
 */
export async function isPassword(password: string, passwordHash: string | undefined): Promise<boolean> {
  const isRight = await verify(passwordHash ?? (await nobodysHash), password)
  return isRight && passwordHash !== undefined
}
