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
