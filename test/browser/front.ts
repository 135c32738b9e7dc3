import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'

/** A request that has reached the application's server. Times in milliseconds since the epoch. */
export interface Seen {
  readonly method: string
  readonly path: string
  readonly cookie: string
  readonly from: number
  /** When it was answered, or given up; `undefined` before. */
  until?: number
  status?: number
}

/** What happens on the way. Tests set it, and take it away again. */
export interface Between {
  /** Holds a request back, or answers it. */
  before?: ((path: string, res: ServerResponse) => Promise<void> | void) | undefined
  /** Holds the answer back. */
  after?: ((path: string) => Promise<void> | void) | undefined
}

/** What stands between the browser and the application. */
export interface Front {
  readonly listener: RequestListener
  readonly seen: Seen[]
  readonly between: Between
}

/** Notes the requests to an application, and holds them back where a test wants it. */
export function createFront(application: RequestListener): Front {
  const seen: Seen[] = []
  const between: Between = {}

  async function pass(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const { method = '', url: path = '', headers } = req
    const entry: Seen = { method, path, cookie: headers.cookie ?? '', from: Date.now() }
    seen.push(entry)
    res.once('close', () => Object.assign(entry, { until: Date.now(), status: res.statusCode }))
    await between.before?.(path, res)
    if (res.writableEnded) return
    const end = res.end.bind(res) as (...args: unknown[]) => ServerResponse
    res.end = (...args: unknown[]) => {
      void Promise.resolve(between.after?.(path)).then(() => end(...args))
      return res
    }
    application(req, res)
  }

  return { seen, between, listener: (req, res) => void pass(req, res) }
}
