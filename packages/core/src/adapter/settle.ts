import type { MaybePromise } from '../base/maybe-promise.ts'

/** The members of a Node response that are needed to end it without a response body. */
export interface Destroyable {
  readonly writableEnded?: boolean
  destroy?(): unknown
}

/**
 * Continues when a value is there. Never throws and never rejects, so that no error ends the process. Errors go to
 * the framework's error channel. If that fails too, the connection is closed, unless a response was already sent.
 *
 * @param fail the framework's error channel
 * @param res the response that is closed if all else fails
 */
export function settle<T>(
  pending: MaybePromise<T>,
  act: (value: T) => void,
  fail: (error: unknown) => void,
  res: Destroyable,
): void {
  const report = (error: unknown): void => {
    attempt(
      () => fail(error),
      () => closeUnanswered(res),
    )
  }
  if (pending instanceof Promise) pending.then((value) => attempt(() => act(value), report), report)
  else attempt(() => act(pending), report)
}

function attempt(act: () => void, otherwise: (error: unknown) => void): void {
  try {
    act()
  } catch (error) {
    otherwise(error)
  }
}

function closeUnanswered(res: Destroyable): void {
  if (res.writableEnded !== true) res.destroy?.()
}
