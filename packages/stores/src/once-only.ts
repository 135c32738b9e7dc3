import type { RevocationCheck } from '@countersign/core'
import { MAX_CLOCK_TOLERANCE } from '@countersign/core/toolkit'
import type { OneTimeStore } from './one-time-store.ts'

/** Milliseconds after `exp` in which a token may still be accepted. */
const TOLERANCE = MAX_CLOCK_TOLERANCE * 1_000

/**
 * Accepts every token once: the second time, it counts as revoked. For hand-off tokens and others that carry an action,
 * not an identity. A token without `jti` or `exp` cannot be distinguished from a copy, and is never accepted.
 *
 * @param purpose separates these tokens from others in the same store
 * @example
 * ```ts
 * const handOff = createAuthenticator({
 *   issuer: 'https://auth.example.com',
 *   audience: 'https://shop.example.com',
 *   typ: 'hand-off+jwt',
 *   isRevoked: onceOnly(store),
 * })
 * ```
 */
export function onceOnly(store: OneTimeStore, purpose = 'token'): RevocationCheck {
  return async ({ issuer, tokenId, expiresAt }) => {
    if (tokenId === undefined || expiresAt === undefined) return true
    return !(await store.useOnce(purpose, `${issuer} ${tokenId}`, expiresAt + TOLERANCE))
  }
}
