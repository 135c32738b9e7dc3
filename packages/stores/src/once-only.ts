import type { RevocationCheck } from '@countersign/core'
import { MAX_CLOCK_TOLERANCE } from '@countersign/core/toolkit'
import type { OneTimeStore } from './one-time-store.ts'

/** Milliseconds past `exp` that a token may still pass. */
const TOLERANCE = MAX_CLOCK_TOLERANCE * 1_000

/**
 * Lets every token in once: the second time, it counts as revoked. For hand-off tokens and others that carry an action,
 * not an identity. A token without `jti` or `exp` cannot be told from its copy, and never passes.
 *
 * @param purpose keeps these tokens apart from others in the same store
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
