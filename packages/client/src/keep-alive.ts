import type { Platform } from './platform.ts'
import type { State } from './state.ts'

/** Milliseconds between checks of the time. Checks are frequent because clocks can be set and machines sleep. */
const LONGEST_WAIT = 30_000
/** Milliseconds to wait after a renewal, even if it failed. */
const PAUSE = 2_000

/**
 * Replaces the access token before it expires, while the page is visible and a user is signed in. Returns a function
 * that stops this.
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
    // a Node timer, in tests of pages, would keep the process running
    ;(timer as { unref?(): void }).unref?.()
  }

  function act(): void {
    // If the page is shown or a user signs in later, the page event or the listener plans the renewal then.
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
