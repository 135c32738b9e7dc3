/**
 * Seconds: the upper limit of `clockTolerance`. A verifier may accept a token this long after its `exp`. So data that
 * must outlive a token (revocations, one-time ids) is kept this much longer.
 */
export const MAX_CLOCK_TOLERANCE = 300
