import { AsyncResource } from 'node:async_hooks'
import { setImmediate } from 'node:timers'
import type { SessionStore } from '@countersign/stores'
import { publish } from '../events/session-events.ts'

/** The maximum number of rows to delete at once: few, because SQLite blocks meanwhile, but more than a login adds. */
const BATCH = 100
/** Milliseconds between two batches, unless there is more to delete. */
const INTERVAL = 60_000

/**
 * Lets the store delete expired rows, one bounded batch at a time. Call the returned function after a login; it returns
 * at once, and never throws. A batch starts after the current code and its continuations, so the login is answered
 * first. A batch is due once a minute, or at once if the last one was full: a login adds far fewer rows than a batch
 * deletes. A failure is published as an event, and the next attempt is a minute later.
 */
export function createHousekeeping(store: Pick<SessionStore, 'prune'>, now: () => number): () => void {
  let isRunning = false
  /** When the last batch started; `undefined`: there was none yet, or more rows remain. */
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
  // Not part of any request: the request that started it is over, and so may be its transaction.
  const begin = AsyncResource.bind(() => void prune())

  return () => {
    const time = now()
    const age = last === undefined ? INTERVAL : time - last
    // A negative age means that the clock was set back.
    if (isRunning || (age >= 0 && age < INTERVAL)) return
    isRunning = true
    last = time
    setImmediate(begin)
  }
}
