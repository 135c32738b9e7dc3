/** Milliseconds between two renewals that failing signatures cause. */
const RENEWAL_INTERVAL = 300_000

/**
 * How often a signature that fails under a known `kid` may lead to a renewal of the keys: an issuer may have put a new key
 * under an old name, and whoever sends forged tokens must not buy more than this with them.
 *
 * @param now milliseconds since the epoch
 * @returns asks for a renewal, and says whether it is granted
 */
export function createRenewalBudget(now: () => number): () => boolean {
  let spentAt = Number.NEGATIVE_INFINITY
  return () => {
    const time = now()
    // A clock that was set back grants one early, rather than none for long.
    if (time >= spentAt && time - spentAt < RENEWAL_INTERVAL) return false
    spentAt = time
    return true
  }
}
