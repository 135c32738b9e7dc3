import type { Platform } from './platform.ts'
import type { State } from './state.ts'

/** Milliseconds. Time is looked at so often, as clocks may be set and machines sleep. */
const LONGEST_WAIT = 30_000
/** Milliseconds after a renewal, also one that failed. */
const PAUSE = 2_000

/**
 * Replaces the access token before it ends, while the page is visible and somebody is signed in. Returns what ends it.
 */
export function keepAlive<User>(
  { timers, events, isVisible }: Pick<Required<Platform>, 'timers' | 'events' | 'isVisible'>,
  state: Pick<State<User>, 'current' | 'listeners' | 'timeLeft'>,
  renew: () => Promise<unknown>,
): () => void {
  let timer: unknown

  function plan(wait: number): void {
    timers.clear(timer)
    timer = timers.set(act, Math.min(LONGEST_WAIT, wait))
    // one of Node, which tests of pages get, would keep the process running
    ;(timer as { unref?(): void }).unref?.()
  }

  function act(): void {
    // What begins later is planned then: a sign-in by the listener, a page that is shown by its event.
    if (!state.current || !isVisible()) return
    const left = state.timeLeft()
    if (left > 0) return plan(left)
    void renew()
      .catch(() => undefined)
      .then(() => plan(PAUSE))
  }

  state.listeners.add(act)
  events?.addEventListener('visibilitychange', act)
  return () => {
    timers.clear(timer)
    events?.removeEventListener('visibilitychange', act)
  }
}
