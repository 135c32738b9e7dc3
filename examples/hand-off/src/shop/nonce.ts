import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/**
 * Holds the nonce while the browser is at the other server. `SameSite=None`, because it must come back with a form that
 * the other site posts; it gives access to nothing.
 */
export const NONCE_COOKIE = '__Host-hand-off'

// #region nonce
const attributes = { httpOnly: true, secure: true, sameSite: 'none', path: '/' } as const

export const nonceCookie = { ...attributes, maxAge: 5 * 60_000 }
export const noNonceCookie = attributes

export function createNonce(): string {
  return randomBytes(32).toString('base64url')
}

/** The other server gets this hash. The cookie cannot be computed from it. */
export function hashOf(nonce: string): string {
  return createHash('sha256').update(nonce).digest('base64url')
}

/** Whether the token was made for the browser that has this cookie. */
export function isNonceOf(nonce: string | undefined, nonceHash: string): boolean {
  if (nonce === undefined) return false
  const [own, other] = [Buffer.from(hashOf(nonce)), Buffer.from(nonceHash)]
  return own.length === other.length && timingSafeEqual(own, other)
}
// #endregion

/** The nonce of a request; none if there are two, since a cookie of ours is there once. */
export function readNonce(header: string | undefined): string | undefined {
  const values = (header ?? '')
    .split(';')
    .map((part) => part.trim().split('='))
    .filter(([name]) => name === NONCE_COOKIE)
  return values.length === 1 ? values[0]?.[1] : undefined
}
