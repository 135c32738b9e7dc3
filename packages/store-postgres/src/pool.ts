/** A statement as `pg` takes it. */
export interface PostgresQuery {
  text: string
  values?: unknown[]
  /** Milliseconds after which the driver gives up and closes the connection. */
  query_timeout: number
}

/** What is asked of a pool: a `Pool` of `pg`, or what behaves like one. */
export interface PostgresPool {
  query(query: PostgresQuery): Promise<{ readonly rows: readonly Record<string, unknown>[] }>
}

interface Emitter {
  on(event: 'error', listener: (error: Error) => void): unknown
  listenerCount(event: 'error'): number
}

/**
 * A pool of `pg` says `error` when an idle connection breaks, as all do when the server restarts; where nobody listens,
 * that ends the process. The pool has dropped the connection by then, and the next operation finds out by itself
 * whether the server is there. So somebody listens, where the application does not.
 */
export function surviveLostConnections(pool: PostgresPool): void {
  if (isEmitter(pool) && pool.listenerCount('error') === 0) pool.on('error', () => undefined)
}

function isEmitter(pool: object): pool is Emitter {
  return (
    'on' in pool &&
    typeof pool.on === 'function' &&
    'listenerCount' in pool &&
    typeof pool.listenerCount === 'function'
  )
}
