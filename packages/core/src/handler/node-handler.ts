import { nodeRequestView, type NodeRequest } from '../request/node-view.ts'
import { mergeVary } from '../response-headers.ts'
import { readJsonBody } from './json-body.ts'
import type { HandlerRequest, HandlerResponse } from './route-handler.ts'

/** What the framework knows about a request besides what Node does. */
export interface NodeHandlerContext {
  /** The path below the mount, without query. */
  readonly path: string
  readonly ip: string | undefined
  /** The body, where a parser ran before; else `undefined`. */
  readonly body: unknown
  /** The framework's own request. */
  readonly raw: unknown
}

/** The members of Node's `ServerResponse` that writing an answer needs. */
export interface NodeHandlerResponse {
  statusCode: number
  getHeader(name: string): unknown
  setHeader(name: string, value: string | readonly string[]): unknown
  end(body?: string): unknown
}

/** A handler's request, from Node's `IncomingMessage`. */
export function nodeHandlerRequest(
  req: NodeRequest & AsyncIterable<unknown>,
  { path, ip, body, raw }: NodeHandlerContext,
): HandlerRequest {
  const view = nodeRequestView(req)
  return { view, path, ip, raw, readJson: () => readJsonBody(view.header('content-type'), req, body) }
}

/**
 * Writes a handler's answer on a Node response. Cookies that somebody set before stay: ours are added. `Vary` too.
 */
export function sendHandlerResponse(
  res: NodeHandlerResponse,
  { status, headers, body }: HandlerResponse,
): void {
  res.statusCode = status
  for (const [name, value] of Object.entries(headers)) {
    const lower = name.toLowerCase()
    if (lower === 'set-cookie') res.setHeader(name, [...toList(res.getHeader(name)), ...toList(value)])
    else if (lower === 'vary') res.setHeader(name, toList(value).reduce(mergeVary, toText(res.getHeader(name))))
    else res.setHeader(name, value)
  }
  res.end(body)
}

function toList(value: unknown): string[] {
  if (value === undefined) return []
  return Array.isArray(value) ? value.map(String) : [String(value)]
}

function toText(value: unknown): string {
  return toList(value).join(', ')
}
