/** A clock that moves only when told to. */
export interface FakeClock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Seconds since the epoch, as in `exp`. */
  seconds(): number
  advance(seconds: number): void
}

/** 2026-01-01T00:00:00Z, unless told otherwise. */
export function fakeClock(start = Date.UTC(2026, 0, 1)): FakeClock {
  let time = start
  return {
    now: () => time,
    seconds: () => Math.floor(time / 1_000),
    advance(seconds) {
      time += seconds * 1_000
    },
  }
}
