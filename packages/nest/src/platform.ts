import { mergeVary, type NodeRequest, type Refusal, type ResponseHeaders } from '@countersign/core/adapter'

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
  json?: (this: PlatformResponse, document: unknown) => unknown
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

/**
 * The headers of a refusal, ahead of its document. On Express the content type comes with the document only: where one is
 * there already, Nest 11 takes it for a mistake, warns, and replaces it.
 */
export function setRefusalHeaders(response: PlatformResponse, { headers, body }: Refusal): void {
  const { json } = response
  if (json === undefined) return setHeaders(response, headers)
  const { 'Content-Type': type = '', ...others } = headers
  setHeaders(response, others)
  response.json = function sendJson(this: PlatformResponse, document) {
    if (document === body) setHeaders(this, { 'Content-Type': type })
    return json.call(this, document)
  }
}
