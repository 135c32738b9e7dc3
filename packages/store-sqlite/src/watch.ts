/** Milliseconds from one look at the database to the next, while somebody listens. A look takes 2 microseconds. */
const INTERVAL = 50

/** Calls listeners when there may be news in the log. */
export interface Watch {
  /** By this connection. */
  readonly announce: () => void
  readonly add: (listener: () => void) => () => void
  readonly close: () => void
}

/**
 * Looks for writes of other connections while somebody listens. The timer keeps no process alive.
 *
 * @param dataVersion changes with every write of another connection; `undefined` where it cannot be had now
 */
export function createWatch(dataVersion: () => number | undefined): Watch {
  const listeners = new Set<() => void>()
  let timer: NodeJS.Timeout | undefined
  let last: number | undefined

  const announce = (): void => {
    for (const listener of listeners) listener()
  }
  const look = (): void => {
    const version = dataVersion()
    const isNew = version !== last
    last = version
    if (isNew) announce()
  }
  const stop = (): void => {
    clearInterval(timer)
    timer = undefined
  }
  return {
    announce,
    add(listener) {
      // A function of its own for each call, so that the same listener twice is two.
      const call = (): void => listener()
      listeners.add(call)
      if (timer === undefined) {
        last = dataVersion()
        timer = setInterval(look, INTERVAL).unref()
      }
      return () => {
        listeners.delete(call)
        if (listeners.size === 0) stop()
      }
    },
    close() {
      listeners.clear()
      stop()
    },
  }
}
