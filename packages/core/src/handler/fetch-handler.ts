import { fetchRequestView, type FetchRequest } from '../request/fetch-view.ts'
import { readJsonBody } from './json-body.ts'
import type { HandlerRequest, HandlerResponse } from './route-handler.ts'

/** A web-standard request with a body that can be read. */
export interface FetchBodyRequest extends FetchRequest {
  readonly body: AsyncIterable<unknown> | null
}

/** A handler's request, from a web-standard `Request`. */
export function fetchHandlerRequest(
  request: FetchBodyRequest,
  context: { readonly path: string; readonly ip: string | undefined; readonly raw: unknown },
): HandlerRequest {
  const view = fetchRequestView(request)
  const contentTypes = (): readonly string[] => view.header('content-type')
  return {
    view,
    ...context,
    readJson: () => readJsonBody(contentTypes(), request.body ?? undefined, undefined),
  }
}

/** A handler's answer as a web-standard `Response`. */
export function toFetchResponse({ status, headers, body }: HandlerResponse): Response {
  const lines = new Headers()
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value === 'string') lines.set(name, value)
    else for (const one of value) lines.append(name, one)
  }
  return new Response(body ?? null, { status, headers: lines })
}
