import { toHeaderList, type Refusal, type HandlerResponse } from '@countersign/core/toolkit'

/** Headers of an answer, by name. */
export type Headers = Readonly<Record<string, string | readonly string[]>>

/** A core refusal as an answer. */
export function toAnswer({ status, headers, body }: Refusal): HandlerResponse {
  return { status, headers: toHeaderList(headers), body: JSON.stringify(body) }
}

/** An answer with a JSON body, which nobody keeps (RFC 6749 section 5.1). */
export function json(status: number, body: object, headers: Headers): HandlerResponse {
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

/** An answer that says nothing but that it is done. */
export function noContent(headers: Headers): HandlerResponse {
  return {
    status: 204,
    headers: toHeaderList({ 'Cache-Control': 'no-store', ...headers }),
    body: undefined,
  }
}
