import type { Clocks } from './platform.ts'

/** Milliseconds that have passed. The value never decreases. */
export type Clock = () => number

/**
 * Combines two clocks, because either can be behind: the time of day can be set back, and the monotonic clock stops
 * while the machine sleeps. The larger step counts. If the time of day steps back, the size of that step counts too,
 * because the time it hides is not known: waiting then ends early, never late.
 */
export function createClock({ now, monotonic }: Clocks): Clock {
  let passed = 0
  let last = [now(), monotonic()] as const
  return () => {
    const next = [now(), monotonic()] as const
    passed += Math.max(Math.abs(next[0] - last[0]), next[1] - last[1])
    last = next
    return passed
  }
}
