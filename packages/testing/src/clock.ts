/** A clock that moves only when told to. */
export interface FakeClock {
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Whole seconds since the epoch, as in `exp`. */
  readonly seconds: () => number
  /** Moves it by so many seconds; back, where they are negative. */
  readonly advance: (seconds: number) => void
  /** Sets it, in milliseconds since the epoch. */
  readonly set: (time: number) => void
}

/**
 * A clock for tests. Give it to whatever takes `now`, and to `createTestIssuer()`.
 *
 * @param start milliseconds since the epoch. Default 2026-01-01T00:00:00Z
 * @example
 * ```ts
 * const clock = fakeClock()
 * const idp = await createTestIssuer({ clock })
 * const token = await idp.token({ expiresIn: 60 })
 * clock.advance(120) // the token expired: no test waits for it
 * ```
 */
export function fakeClock(start: number = Date.UTC(2026, 0, 1)): FakeClock {
  let time = start
  return Object.freeze<FakeClock>({
    now: () => time,
    seconds: () => Math.floor(time / 1_000),
    advance(seconds) {
      time += seconds * 1_000
    },
    set(next) {
      time = next
    },
  })
}
