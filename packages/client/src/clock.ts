import type { Clocks } from './platform.ts'

/** Milliseconds that have passed. It never goes back. */
export type Clock = () => number

/**
 * Takes time from two clocks, as either may be behind: the time of day can be set back, and the monotonic one stands
 * still while the machine sleeps. The larger step counts. So does the size of a step back, since how much time it hides
 * is not known: what waits here ends early then, never late.
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
