import {
  fetchRequestView,
  nodeRequestView,
  type HeaderTarget,
  type NodeRequest,
  type RequestView,
} from '@countersign/core/adapter'
import type { Context } from 'hono'

/** Node's request, where `@hono/node-server` puts it. */
type Incoming = NodeRequest & { readonly socket?: { readonly remoteAddress?: string } }

/** `undefined` on other runtimes. */
function incomingOf(c: Context): Incoming | undefined {
  const { incoming } = (c.env ?? {}) as { readonly incoming?: Incoming }
  return incoming?.rawHeaders === undefined ? undefined : incoming
}

/** On Node the request as it came over the wire is at hand, duplicates and all; elsewhere the web's. */
export function viewOf(c: Context): RequestView {
  const incoming = incomingOf(c)
  return incoming === undefined ? fetchRequestView(c.req.raw) : nodeRequestView(incoming)
}

/** The client's address, where Node's socket shows it. */
export const addressOf = (c: Context): string | undefined => incomingOf(c)?.socket?.remoteAddress

/** The headers of the answer, also of one that is a `Response` of the handler's own. */
export function headersOf(c: Context): HeaderTarget {
  return {
    getHeader: (name) =>
      name === 'set-cookie' ? c.res.headers.getSetCookie() : (c.res.headers.get(name) ?? undefined),
    setHeader(name, value) {
      c.header(name, undefined)
      for (const one of [value].flat()) c.header(name, one, { append: true })
    },
  }
}
