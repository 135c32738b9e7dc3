/** Milliseconds between two refreshes that invalid signatures cause. */
const RENEWAL_INTERVAL = 300_000

/**
 * How often an invalid signature with a known `kid` may cause a refresh of the keys. The issuer may have published a
 * new key under an old `kid`. But forged tokens must not cause more fetches than this.
 *
 * @param now milliseconds since the epoch
 * @returns a function that requests a refresh, and returns whether it is granted
 */
export function createRenewalBudget(now: () => number): () => boolean {
  let spentAt = Number.NEGATIVE_INFINITY
  return () => {
    const time = now()
    // If the clock was set back, one is granted early, rather than none for a long time.
    if (time >= spentAt && time - spentAt < RENEWAL_INTERVAL) return false
    spentAt = time
    return true
  }
}
