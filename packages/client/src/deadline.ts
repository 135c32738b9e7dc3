import type { Timers } from './platform.ts'
import { SessionError } from './session-error.ts'

/** A signal that aborts after a time, or with another signal. */
export interface Deadline {
  readonly signal: AbortSignal
  /** Cancels the deadline. */
  readonly lift: () => void
}

/** Starts a deadline of `delay` milliseconds. (`AbortSignal.any` is newer than the oldest browsers we support.) */
export function startDeadline(timers: Timers, delay: number, outer?: AbortSignal): Deadline {
  const controller = new AbortController()
  const timer = timers.set(() => controller.abort(new SessionError('timed_out')), delay)
  const follow = (): void => controller.abort(outer?.reason)
  if (outer?.aborted) follow()
  outer?.addEventListener('abort', follow)
  return { signal: controller.signal, lift: () => timers.clear(timer) }
}

/** Waits for shared work. If the signal aborts, only the waiting ends; the work continues for other callers. */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error)
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop)
    work.then(resolve, reject)
  })
}
