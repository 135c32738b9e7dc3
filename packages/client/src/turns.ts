import { startDeadline } from './deadline.ts'
import type { Platform } from './platform.ts'

/**
 * Work that sets cookies, run when its turn comes. `contended`: another tab had the turn just before, and may have done
 * the same work.
 */
export type Work<T> = (contended: boolean) => Promise<T>

/** Waits for a turn and runs the work; the signal aborts the waiting. */
export type TakeTurn = <T>(work: Work<T>, signal?: AbortSignal) => Promise<T>

/**
 * Only one piece of work at a time sets cookies. Within this tab a queue ensures this. Across tabs a browser lock does,
 * which the browser also releases when a tab dies. A tab that holds the lock and hangs (some systems freeze tabs) is
 * waited for up to `patience` milliseconds. After that, or if there are no locks, the work runs without a lock: the
 * server returns the same result for two refreshes of the same token. So the lock only saves requests; safety does not
 * depend on it.
 */
export function createTurns(
  { locks, timers }: Pick<Required<Platform>, 'locks' | 'timers'>,
  name: string,
  patience: number,
): TakeTurn {
  let last: Promise<unknown> = Promise.resolve()

  async function withLock<T>(work: Work<T>, signal?: AbortSignal): Promise<T> {
    if (locks === null) return work(false)
    let begun = false
    const begin = (contended: boolean): Promise<T> => {
      begun = true
      return work(contended)
    }
    try {
      const free = await locks.request(name, { ifAvailable: true }, async (lock) =>
        lock ? { result: await begin(false) } : undefined,
      )
      if (free) return free.result
      const wait = startDeadline(timers, patience, signal)
      return await locks.request(name, { signal: wait.signal }, () => begin(true)).finally(wait.lift)
    } catch (error) {
      if (begun) throw error
      // The wait was too long, or this document may not use locks. (Aborted work ends at its first call.)
      return begin(true)
    }
  }

  return (work, signal) => {
    const turn = last.then(() => withLock(work, signal))
    last = turn.catch(() => undefined)
    return turn
  }
}
