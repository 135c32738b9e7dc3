/** Milliseconds between two checks of the database, while there are listeners. A check takes 2 microseconds. */
const INTERVAL = 50

/** Calls listeners when the log may have new entries. */
export interface Watch {
  /** Reports entries appended by this connection. */
  readonly announce: () => void
  readonly add: (listener: () => void) => () => void
  readonly close: () => void
}

/**
 * Checks for writes of other connections while there are listeners. The timer does not keep the process running.
 *
 * @param dataVersion returns a number that changes with every write of another connection; `undefined` if it cannot be read now
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
      // A new function for each call, so that a listener added twice is called twice.
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
