import {
  fastifyHeaders,
  writeHeaders,
  type FastifyReply,
  type HeaderTarget,
  type NodeRequest,
  type Refusal,
  type ResponseHeaders,
  type RouteParams,
} from '@countersign/core/adapter'

/** A request of either platform: Fastify's wraps Node's, Express' has its response. */
export interface PlatformRequest extends NodeRequest {
  readonly raw?: NodeRequest
  readonly res?: PlatformResponse
  readonly params?: RouteParams
}

/** A response of either platform: Express' is Node's, Fastify's wraps it. */
export type PlatformResponse = ExpressResponse | FastifyReply

/** The members of Express' response that are used. */
interface ExpressResponse extends HeaderTarget {
  readonly headersSent?: boolean
  json?: (this: ExpressResponse, document: unknown) => unknown
}

/** Sets headers of a refusal or of an outcome on a response of either platform, unless a response was already sent. */
export function setHeaders(response: PlatformResponse | undefined, headers: ResponseHeaders): void {
  if (response === undefined || headers.length === 0) return
  if (isExpress(response)) {
    if (response.headersSent !== true) writeHeaders(response, headers)
  } else if (!response.sent) writeHeaders(fastifyHeaders(response), headers)
}

function isExpress(response: PlatformResponse): response is ExpressResponse {
  return 'setHeader' in response
}

/**
 * The headers of a refusal, set before its document. On Express the content type is set with the document: if it is
 * set before, Nest 11 warns about it and replaces it.
 */
export function setRefusalHeaders(response: PlatformResponse, { headers, body }: Refusal): void {
  const { 'Content-Type': type = '', ...others } = headers
  setHeaders(response, Object.entries(others))
  if (!isExpress(response) || response.json === undefined) {
    return setHeaders(response, [['Content-Type', type]])
  }
  const { json } = response
  response.json = function sendJson(this: ExpressResponse, document) {
    if (document === body) setHeaders(this, [['Content-Type', type]])
    return json.call(this, document)
  }
}
