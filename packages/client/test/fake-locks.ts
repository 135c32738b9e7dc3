import type { Locks } from '@countersign/client'

interface Request {
  readonly tab: string
  grant(): void
}

/** The locks of a browser, which all its tabs share; first come, first served. */
export interface FakeLocks {
  of(tab: string): Locks
  /** The tab dies: it holds and waits for nothing any more. */
  kill(tab: string): void
  /** How many had the lock at once, at most. */
  readonly mostHolders: number
}

/** Web Locks for one lock, as far as the client uses them. */
export function createFakeLocks(): FakeLocks {
  let holder: Request | undefined
  let queue: Request[] = []
  let holders = 0
  let mostHolders = 0

  function next(): void {
    holder = queue.shift()
    holder?.grant()
  }

  async function hold<T>(tab: string, run: (lock: unknown) => Promise<T>): Promise<T> {
    const own = holder
    mostHolders = Math.max(mostHolders, ++holders)
    try {
      return await run({ tab })
    } finally {
      holders--
      if (holder === own) next()
    }
  }

  return {
    get mostHolders() {
      return mostHolders
    },
    of: (tab) => ({
      async request(_name, { ifAvailable, signal }, run) {
        if (ifAvailable && signal) throw new Error('NotSupportedError')
        signal?.throwIfAborted()
        if (holder && ifAvailable) return run(null)
        if (!holder) {
          holder = { tab, grant: () => undefined }
          return hold(tab, run)
        }
        await new Promise<void>((grant, reject) => {
          const request = { tab, grant }
          queue.push(request)
          signal?.addEventListener('abort', () => {
            if (!queue.includes(request)) return
            queue = queue.filter((other) => other !== request)
            reject(signal.reason as Error)
          })
        })
        return hold(tab, run)
      },
    }),
    kill(tab) {
      queue = queue.filter((request) => request.tab !== tab)
      if (holder?.tab === tab) {
        holders--
        next()
      }
    },
  }
}
