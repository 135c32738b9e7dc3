/** Something to await that is no `Promise`, as query builders are. */
export function thenable<T>(then: (resolve: (value: T) => void) => void): PromiseLike<T> {
  // oxlint-disable-next-line unicorn/no-thenable -- that is the point
  return { then } as PromiseLike<T>
}
