import type { NodeRequest } from '../../request/node-view.ts'
import { writeHeaders, type HeaderTarget } from '../headers.ts'
import type { HandlerContext } from './handler-request.ts'
import type { HandlerResponse } from './route-handler.ts'
import { endIterator } from './text-stream.ts'

/** Node's `IncomingMessage`, whose body can be read. */
export interface NodeBodyRequest extends NodeRequest, AsyncIterable<unknown> {
  /** Whether other code has already read from the body. */
  readonly readableDidRead?: boolean
}

/** The members of Node's `ServerResponse` that writing a response needs. */
export interface NodeHandlerResponse extends HeaderTarget, Closable {
  statusCode: number
  readonly headersSent?: boolean
  end(body?: string): unknown
  write?(chunk: string): boolean
  flushHeaders?(): void
  destroy?(): unknown
}

/** The members of Node's `ServerResponse` that show when the client disconnects. */
export interface Closable {
  readonly destroyed?: boolean
  readonly writableEnded?: boolean
  once?(event: 'close' | 'drain', listener: () => void): unknown
}

/** What the framework knows about a request, besides Node. */
export interface NodeHandlerContext {
  /** The path below the mount, without query. */
  readonly path: string
  readonly ip: string | undefined
  /** The framework's body, parsed or not: some parsers leave `{}` if they did nothing. */
  readonly body: unknown
  /** The framework's own request. */
  readonly raw: unknown
}

/** What a handler's request needs, from Node's request and response. */
export function nodeHandlerContext(
  req: NodeBodyRequest,
  res: Closable,
  { path, ip, body, raw }: NodeHandlerContext,
): HandlerContext {
  const parsed = req.readableDidRead === false ? undefined : body
  return { path, ip, raw, chunks: req, parsed, signal: () => goneSignal(res) }
}

/** Aborted when the client disconnects before the response is complete. */
export function goneSignal(res: Closable): AbortSignal {
  const controller = new AbortController()
  const abort = (): void => {
    if (res.writableEnded !== true) controller.abort()
  }
  if (res.destroyed === true) abort()
  else res.once?.('close', abort)
  return controller.signal
}

/**
 * Writes a handler's response to a Node response. Existing cookies stay: new ones are added. `Vary` too. Does nothing
 * if other code (a time-out) has already responded. Rejects if the response cannot be written.
 */
export async function sendHandlerResponse(
  res: NodeHandlerResponse,
  { status, headers, body }: HandlerResponse,
): Promise<void> {
  if (res.headersSent === true) return
  writeHeaders(res, headers)
  res.statusCode = status
  if (typeof body === 'object') await writeChunks(res, body)
  else res.end(body)
}

/** Chunk by chunk, as fast as the client reads. */
async function writeChunks(res: NodeHandlerResponse, body: AsyncIterable<string>): Promise<void> {
  const iterator = body[Symbol.asyncIterator]()
  const client = watch(res)
  let isDone = false
  try {
    res.flushHeaders?.()
    while (!client.isGone()) {
      const next = await client.unlessGone(iterator.next())
      isDone = next?.done === true
      if (next === undefined || isDone) break
      const isFull = !res.write!(next.value)
      if (isFull && !client.isGone()) await client.unlessGone(drained(res))
    }
    if (!client.isGone()) res.end()
  } catch (error) {
    // Frameworks may end a response that has begun. The client would mistake the part for the whole.
    if (res.headersSent === true) res.destroy?.()
    throw error
  } finally {
    if (!isDone) void endIterator(iterator)
  }
}

/**
 * Whether the client is connected. One listener for the whole body: a race with a long-lived promise would keep every
 * chunk in memory.
 */
function watch(res: NodeHandlerResponse) {
  let isGone = res.destroyed === true
  let wake: (() => void) | undefined
  res.once?.('close', () => {
    isGone = true
    wake?.()
  })
  return {
    isGone: () => isGone,
    /** `undefined` if the client disconnects meanwhile. */
    unlessGone: <T>(pending: Promise<T>): Promise<T | undefined> =>
      new Promise((resolve, reject) => {
        wake = () => resolve(undefined)
        pending.then(resolve, reject)
      }),
  }
}

function drained(res: Closable): Promise<void> {
  return new Promise((resolve) => res.once?.('drain', resolve))
}
