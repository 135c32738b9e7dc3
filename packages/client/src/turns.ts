import { startDeadline } from './deadline.ts'
import type { Platform } from './platform.ts'

/**
 * Work that sets cookies, when its turn has come. It is told whether another tab had the turn just before, and may have
 * done the same work.
 */
export type Work<T> = (contended: boolean) => Promise<T>

/** Takes a turn; the signal gives it up while it waits. */
export type TakeTurn = <T>(work: Work<T>, signal?: AbortSignal) => Promise<T>

/**
 * One at a time sets cookies: within this tab by a queue, across tabs by a lock of the browser, which also lets go of
 * it when a tab dies. A tab that holds the lock and hangs (some systems freeze tabs) is waited for up to `patience`
 * milliseconds. Then, as where there are no locks, work goes on without: the server answers two refreshes of the same
 * token alike, so the lock saves requests, and safety does not rest on it.
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
      // The wait was too long, or locks are refused to this document. (Work that was given up ends at its first call.)
      return begin(true)
    }
  }

  return (work, signal) => {
    const turn = last.then(() => withLock(work, signal))
    last = turn.catch(() => undefined)
    return turn
  }
}
