import { memberOf } from '../base/members.ts'
import { isSafeMethod, type RequestView } from './view.ts'

/**
 * The members of Node's `IncomingMessage` (HTTP/1.1 or HTTP/2) that are read, and two that frameworks add. Used by
 * Express, Koa, Fastify and Nest.
 */
export interface NodeRequest {
  readonly method?: string | undefined
  readonly url?: string | undefined
  readonly rawHeaders?: readonly string[] | undefined
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly socket?: unknown
  /** The URL before routers removed their mount path (Express). */
  readonly originalUrl?: string | undefined
  /** Method before `method-override` changed it. */
  readonly originalMethod?: unknown
}

interface TlsSocket {
  /** `null` once the socket is destroyed. */
  getPeerCertificate(): { readonly raw?: Uint8Array } | null
}

/**
 * A view of a Node request. Values come from `rawHeaders`, because `headers` drops duplicates and joins others.
 *
 * @param originalUrl the original URL, if the framework does not keep it on the request itself
 * @example
 * ```ts
 * const outcome = await authenticator.authenticate(nodeRequestView(req))
 * ```
 */
export function nodeRequestView(req: NodeRequest, originalUrl?: string): RequestView {
  return new NodeRequestView(req, originalUrl)
}

const NONE: readonly string[] = Object.freeze([])

class NodeRequestView implements RequestView {
  readonly #req: NodeRequest
  readonly #originalUrl: string | undefined

  constructor(req: NodeRequest, originalUrl: string | undefined) {
    this.#req = req
    this.#originalUrl = originalUrl
  }

  get method(): string {
    return methodOf(this.#req)
  }

  url(): string {
    return this.#originalUrl ?? this.#req.originalUrl ?? this.#req.url ?? '/'
  }

  header(name: string): readonly string[] {
    const { rawHeaders } = this.#req
    // Imitations of Node's request (serverless wrappers) often leave rawHeaders empty.
    if (rawHeaders === undefined || rawHeaders.length === 0) return parsedHeader(this.#req, name)
    let values: string[] | undefined
    for (let i = 0; i < rawHeaders.length; i += 2) {
      const key = rawHeaders[i]!
      if (key.length !== name.length || (key !== name && key.toLowerCase() !== name)) continue
      const value = rawHeaders[i + 1] ?? ''
      if (values === undefined) values = [value]
      else values.push(value)
    }
    return values ?? NONE
  }

  peerCertificate(): Uint8Array | undefined {
    const socket = this.#req.socket as Partial<TlsSocket> | undefined
    return socket?.getPeerCertificate?.()?.raw
  }
}

/**
 * The method on the wire. An override (`method-override`) can hide an unsafe request behind a safe method, or the
 * reverse. If the two differ, the unsafe one counts.
 */
function methodOf(req: NodeRequest): string {
  const now = req.method ?? 'GET'
  const { originalMethod } = req
  if (typeof originalMethod !== 'string' || originalMethod === now) return now
  return isSafeMethod(originalMethod) ? now : originalMethod
}

function parsedHeader(req: NodeRequest, name: string): readonly string[] {
  const value = memberOf(req.headers, name) as string | readonly string[] | undefined
  if (value === undefined) return NONE
  return typeof value === 'string' ? [value] : value
}
