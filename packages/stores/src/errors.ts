/**
 * The store could not be reached, or did not respond in time. Stores throw this in place of their driver's errors, so
 * that the request gets a 503 with `Retry-After` and no user is logged out. The driver's error is the `cause`.
 */
export class StoreUnavailableError extends Error {
  constructor(store: string, cause: unknown) {
    super(`countersign: the ${store} store is unavailable`, { cause })
    this.name = 'StoreUnavailableError'
  }
}
