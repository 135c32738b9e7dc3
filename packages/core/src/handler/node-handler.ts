import { nodeRequestView, type NodeRequest } from '../request/node-view.ts'
import { mergeHandlerHeaders } from './handler-headers.ts'
import { createHandlerRequest } from './handler-request.ts'
import type { HandlerRequest, HandlerResponse } from './route-handler.ts'

/** Node's `IncomingMessage`, whose body can be read. */
export interface NodeBodyRequest extends NodeRequest, AsyncIterable<unknown> {
  /** Whether somebody has read of the body before. */
  readonly readableDidRead?: boolean
}

/** What the framework knows about a request besides what Node does. */
export interface NodeHandlerContext {
  /** The path below the mount, without query. */
  readonly path: string
  readonly ip: string | undefined
  /** What the framework has as the body, be it parsed or not: some parsers leave `{}` where they did nothing. */
  readonly body: unknown
  /** The framework's own request. */
  readonly raw: unknown
  /** Path and query as the client sent them, where the framework keeps them elsewhere than on Node's request. */
  readonly originalUrl?: string | undefined
}

/** The members of Node's `ServerResponse` that writing an answer needs. */
export interface NodeHandlerResponse {
  statusCode: number
  readonly headersSent?: boolean
  getHeader(name: string): unknown
  setHeader(name: string, value: string | readonly string[]): unknown
  end(body?: string): unknown
}

/** A handler's request, from Node's `IncomingMessage`. */
export function nodeHandlerRequest(
  req: NodeBodyRequest,
  { path, ip, body, raw, originalUrl }: NodeHandlerContext,
): HandlerRequest {
  const view = nodeRequestView(req, originalUrl)
  const parsed = req.readableDidRead === false ? undefined : body
  return createHandlerRequest(view, { path, ip, raw, chunks: req, parsed })
}

/**
 * Writes a handler's answer on a Node response. Cookies that somebody set before stay: ours are added. `Vary` too. Where
 * somebody else (a time-out) has answered, it does nothing.
 */
export function sendHandlerResponse(res: NodeHandlerResponse, response: HandlerResponse): void {
  if (res.headersSent === true) return
  res.statusCode = response.status
  const headers = mergeHandlerHeaders(response.headers, (name) => res.getHeader(name))
  for (const [name, value] of headers) res.setHeader(name, value)
  res.end(response.body)
}
