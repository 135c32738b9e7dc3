import type { RequestView } from '../request/view.ts'
import { readJsonBody, type BodySource } from './json-body.ts'
import type { HandlerRequest, JsonBody } from './route-handler.ts'

/** What the framework knows about a request, besides what its view shows. */
export interface HandlerContext extends BodySource {
  /** The path below the mount, without query. */
  readonly path: string
  readonly ip: string | undefined
  /** The framework's own request. */
  readonly raw: unknown
}

/** A handler's request, from a view and what the adapter knows. */
export function createHandlerRequest(view: RequestView, context: HandlerContext): HandlerRequest {
  const { path, ip, raw, chunks, parsed } = context
  let body: Promise<JsonBody> | undefined
  return {
    view,
    path,
    ip,
    raw,
    readJson: () => (body ??= readJsonBody(view, { chunks, parsed })),
  }
}
