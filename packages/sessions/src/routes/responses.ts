import { toHeaderList, type Refusal, type HandlerResponse } from '@countersign/core/toolkit'

/** Headers of a response, by name. */
export type Headers = Readonly<Record<string, string | readonly string[]>>

/** A core refusal as a response. */
export function toResponse({ status, headers, body }: Refusal): HandlerResponse {
  return { status, headers: toHeaderList(headers), body: JSON.stringify(body) }
}

/** A response with a JSON body that must not be cached (RFC 6749 section 5.1). */
export function json(status: number, body: object | null, headers: Headers): HandlerResponse {
  return {
    status,
    headers: toHeaderList({
      'Content-Type': 'application/json',
      'Cache-Control': 'no-store',
      ...headers,
    }),
    body: JSON.stringify(body),
  }
}

/** A 204 response without a body. */
export function noContent(headers: Headers): HandlerResponse {
  return {
    status: 204,
    headers: toHeaderList({ 'Cache-Control': 'no-store', ...headers }),
    body: undefined,
  }
}
