import {
  fetchRequestView,
  nodeRequestView,
  type NodeRequest,
  type RequestView,
} from '@countersign/core/adapter'
import type { Context } from 'hono'

/** Node's request, where `@hono/node-server` puts it. */
export interface Incoming extends NodeRequest {
  readonly socket?: { readonly remoteAddress?: string | undefined }
}

/** `undefined` on other runtimes. */
export function incomingOf(c: Context): Incoming | undefined {
  const { incoming } = (c.env ?? {}) as { readonly incoming?: Incoming }
  return incoming?.rawHeaders === undefined ? undefined : incoming
}

/** On Node the request as it came over the wire is at hand, duplicates and all; elsewhere the web's. */
export function viewOf(c: Context): RequestView {
  const incoming = incomingOf(c)
  return incoming === undefined ? fetchRequestView(c.req.raw) : nodeRequestView(incoming)
}
