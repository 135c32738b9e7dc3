import { AsyncResource } from 'node:async_hooks'
import { setImmediate } from 'node:timers'
import type { SessionStore } from '@countersign/stores'
import { publish } from '../events/session-events.ts'

/** Rows that are deleted at once, at most: few, because SQLite does nothing else meanwhile, and more than a login makes. */
const BATCH = 100
/** Milliseconds from one batch to the next, unless there is more to delete. */
const INTERVAL = 60_000

/**
 * Has the store delete what is over, one bounded batch at a time. What it answers is to be called after a login; it
 * returns at once, and never throws. A batch begins when the code that runs now, and what awaits it, is done: so the
 * login is answered by then. It is due once a minute, and where the last one was full, at once: each login makes far
 * fewer rows than a batch deletes. A failure is an event, and the next try is a minute later.
 */
export function createHousekeeping(store: Pick<SessionStore, 'prune'>, now: () => number): () => void {
  let isRunning = false
  /** When the last batch was begun; `undefined`: there was none yet, or it left something. */
  let last: number | undefined

  async function prune(): Promise<void> {
    try {
      if ((await store.prune(BATCH)) >= BATCH) last = undefined
    } catch (cause) {
      publish('countersign:session:prune-failed', { cause })
    } finally {
      isRunning = false
    }
  }
  // It belongs to no request: the one that began it is over, and so may be its transaction.
  const begin = AsyncResource.bind(() => void prune())

  return () => {
    const time = now()
    const age = last === undefined ? INTERVAL : time - last
    // A negative age: the clock was set back.
    if (isRunning || (age >= 0 && age < INTERVAL)) return
    isRunning = true
    last = time
    setImmediate(begin)
  }
}
