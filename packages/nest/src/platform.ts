import { mergeVary, type NodeRequest, type ResponseHeaders } from '@countersign/core/adapter'

/** A request of either platform: Fastify's wraps Node's, Express' knows its response. */
export interface PlatformRequest extends NodeRequest {
  readonly raw?: NodeRequest
  readonly res?: PlatformResponse
}

/** A response of either platform: Express' is Node's, Fastify's has its own names. */
export interface PlatformResponse {
  getHeader(name: string): unknown
  setHeader?(name: string, value: string): unknown
  header?(name: string, value: string): unknown
}

/** Headers of a refusal or of an outcome on a response of either platform; `Vary` adds to what is there. */
export function setHeaders(
  response: PlatformResponse | undefined,
  headers: Readonly<Record<string, string>> | ResponseHeaders,
): void {
  if (response === undefined) return
  for (const [name, value] of Object.entries(headers) as [string, string][]) {
    const text = name === 'Vary' ? mergeVary(response.getHeader('vary'), value) : value
    if (typeof response.setHeader === 'function') response.setHeader(name, text)
    else response.header?.(name, text)
  }
}
