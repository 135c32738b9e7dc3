import type { Store } from '@countersign/stores'

/** What a case is given: an empty store, further handles on it, and the clock of them all. */
export interface Bench {
  readonly store: Store
  readonly clock: SuiteClock
  /** Whether rows vanish without `prune`. */
  readonly expiresByItself: boolean
  /** Whether the store has `watchRevocations`. */
  readonly watches: boolean
  /** So many handles on the same data, the first being `store`. The same one each time, where there is no other. */
  readonly handles: (count: number) => Promise<readonly Store[]>
}

/** A clock that stands still until a case moves it. Milliseconds since the epoch. */
export interface SuiteClock {
  readonly now: () => number
  readonly advance: (milliseconds: number) => void
}

/** A case as it is written; the suite gives it its bench. */
export interface BenchCase {
  readonly name: string
  readonly run: (bench: Bench) => Promise<void>
}

/** 2100-01-01: no server's own clock expires what this one still keeps. */
const START = 4_102_444_800_000

export function createSuiteClock(): SuiteClock {
  let time = START
  return Object.freeze({
    now: () => time,
    advance: (milliseconds: number) => {
      time += milliseconds
    },
  })
}
