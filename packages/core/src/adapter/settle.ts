import type { MaybePromise } from '../base/maybe-promise.ts'

/** The members of a Node response that ending it without an answer needs. */
export interface Destroyable {
  readonly writableEnded?: boolean
  destroy?(): unknown
}

/**
 * Goes on when a value is there. Never throws and never rejects, so that no process ends by it: what fails goes to the
 * framework's error channel, and where that fails too, the connection is closed, unless somebody has answered.
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
