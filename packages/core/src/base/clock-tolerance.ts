/**
 * Seconds: the most that `clockTolerance` may ever be. A verifier may accept a token for so long after its `exp`, so
 * whatever must outlive a token (revocations, ids of one-time use) is kept for so much longer.
 */
export const MAX_CLOCK_TOLERANCE = 300
