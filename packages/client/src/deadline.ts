import type { Timers } from './platform.ts'
import { SessionError } from './session-error.ts'

/** A signal that aborts after a time, or with another signal. */
export interface Deadline {
  readonly signal: AbortSignal
  /** Time no longer matters. */
  readonly lift: () => void
}

/** Starts a deadline of so many milliseconds. (`AbortSignal.any` is younger than the browsers we mean to serve.) */
export function startDeadline(timers: Timers, delay: number, outer?: AbortSignal): Deadline {
  const controller = new AbortController()
  const timer = timers.set(() => controller.abort(new SessionError('timed_out')), delay)
  const follow = (): void => controller.abort(outer?.reason)
  if (outer?.aborted) follow()
  outer?.addEventListener('abort', follow)
  return { signal: controller.signal, lift: () => timers.clear(timer) }
}

/** Waits for work that others need, too: it goes on where the signal of one of them aborts. */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error)
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop)
    work.then(resolve, reject)
  })
}
