import {
  fetchRequestView,
  nodeRequestView,
  type HeaderTarget,
  type NodeRequest,
  type RequestView,
} from '@countersign/core/adapter'
import type { Context } from 'hono'

/** Node's request, which `@hono/node-server` puts here. */
type Incoming = NodeRequest & { readonly socket?: { readonly remoteAddress?: string } }

/** `undefined` on other runtimes. */
function incomingOf(c: Context): Incoming | undefined {
  const { incoming } = (c.env ?? {}) as { readonly incoming?: Incoming }
  return incoming?.rawHeaders === undefined ? undefined : incoming
}

/** On Node the original request is available, with all duplicates; elsewhere the web's. */
export function viewOf(c: Context): RequestView {
  const incoming = incomingOf(c)
  return incoming === undefined ? fetchRequestView(c.req.raw) : nodeRequestView(incoming)
}

/** The client's address, if Node's socket shows it. */
export const addressOf = (c: Context): string | undefined => incomingOf(c)?.socket?.remoteAddress

/** The headers of the response, also of a `Response` that the handler made itself. */
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
