/**
 * By how much two clocks may differ in rate: as fast as NTP corrects one. After hours without an operation, the estimate is
 * seconds late, and the next operation is refused once.
 */
const MAX_DRIFT = 0.0005

/** What a process knows of the time at a store, without asking again. */
export interface StoreClock {
  /** The store's time now, or a little less; `undefined` before the first time was seen. Milliseconds since the epoch. */
  estimate(): number | undefined
  /**
   * Takes note of a time that the store told.
   * @param askedAt monotonic time when it was asked
   */
  see(storeTime: number, askedAt: number): void
}

/**
 * The last time that the store told, and how long ago that was by a clock that is never set. Time counts from when the
 * answer came: it was read earlier, so the estimate is late by what the answer took, and never early, since a deadline
 * must not be later than the moment at which the operation is given up. Of answers that come in disorder, that of the
 * latest question counts.
 *
 * The clock of this process has no part in it: it may be set, and may be wrong.
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
