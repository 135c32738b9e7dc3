/**
 * The largest assumed difference in rate between two clocks: as fast as NTP corrects a clock. After hours without an
 * operation, the estimate is seconds late, and the next operation is rejected once.
 */
const MAX_DRIFT = 0.0005

/** What a process knows about the store's time without a new request. */
export interface StoreClock {
  /** The store's time now, or a little less; `undefined` until a time was received. Milliseconds since the epoch. */
  estimate(): number | undefined
  /**
   * Records a time that the store returned.
   * @param askedAt monotonic time when the request was sent
   */
  see(storeTime: number, askedAt: number): void
}

/**
 * Estimates the store's time from the last time that the store returned, and how long ago that was on a clock that is
 * never set back. Time counts from when the response arrived: the store read its clock earlier, so the estimate is late
 * by the time of the response, and never early. It must not be early, because a deadline must not be later than the
 * moment at which the operation is given up. If responses arrive in another order, the one to the latest request
 * counts.
 *
 * The clock of this process is not used: it may be set, and may be wrong.
 */
export function createStoreClock(monotonic: () => number): StoreClock {
  let seen: { readonly storeTime: number; readonly at: number; readonly askedAt: number } | undefined
  return {
    estimate: () =>
      seen === undefined ? undefined : seen.storeTime + (monotonic() - seen.at) * (1 - MAX_DRIFT),
    see(storeTime, askedAt) {
      if (seen !== undefined && askedAt < seen.askedAt) return
      seen = { storeTime, at: monotonic(), askedAt }
    },
  }
}
