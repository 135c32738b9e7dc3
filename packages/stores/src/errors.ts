/**
 * A store could not be reached, or did not answer in time. Thrown by stores in place of their driver's errors, so that
 * a request is answered 503 with `Retry-After` and nobody is logged out. The driver's error is the `cause`.
 */
export class StoreUnavailableError extends Error {
  constructor(store: string, cause: unknown) {
    super(`countersign: the ${store} store is unavailable`, { cause })
    this.name = 'StoreUnavailableError'
  }
}
