/** A statement in the form that `pg` accepts. */
export interface PostgresQuery {
  text: string
  values?: unknown[]
  /** Milliseconds after which the driver gives up and closes the connection. */
  query_timeout: number
}

/** What we need from a pool: a `Pool` of `pg`, or a compatible object. */
export interface PostgresPool {
  query(query: PostgresQuery): Promise<{ readonly rows: readonly Record<string, unknown>[] }>
}

interface Emitter {
  on(event: 'error', listener: (error: Error) => void): unknown
  listenerCount(event: 'error'): number
}

/**
 * A pool of `pg` emits `error` when an idle connection breaks, as all do when the server restarts. If there is no
 * listener, this ends the process. The pool has already removed the connection, and the next operation finds out
 * whether the server is available. So we add a listener if the application has none.
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
