/** A value now or later: steps that need no key server stay synchronous. */
export type MaybePromise<T> = T | Promise<T>

/** Whether an application's function returned a promise. Any thenable counts: query builders are not `Promise`s. */
export function isThenable<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return (
    typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
  )
}
