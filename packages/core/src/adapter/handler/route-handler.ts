import type { MaybePromise } from '../../base/maybe-promise.ts'
import type { ResponseHeaders } from '../../outcome.ts'
import type { RequestView } from '../../request/view.ts'

/** A request, independent of any framework. Adapters make it. */
export interface HandlerRequest {
  /** Headers, the method on the wire, and the URL as the client sent it. */
  readonly view: RequestView
  /** The path below the mount, on the wire: begins with `/`, not decoded, without query. */
  readonly path: string
  /** The client's address, according to the framework, which handles proxies. */
  readonly ip: string | undefined
  /** The `User-Agent` of the client. */
  readonly userAgent: string | undefined
  /** The client's certificate in DER, if TLS ends at this server and the client sent one. */
  readonly peerCertificate: Uint8Array | undefined
  /** Aborted when the client disconnects before it has the whole response. */
  readonly signal: AbortSignal
  /**
   * The body as JSON, whether or not the framework has parsed it before. Reads at most 64 KiB. Repeated calls return
   * the same. For routes that read `'json'`, which is the default.
   */
  readonly readJson: () => Promise<JsonBody>
  /**
   * The fields of a form (`application/x-www-form-urlencoded`), in order and with duplicates, whether or not the
   * framework has parsed it before. Reads at most 64 KiB. For routes that read `'form'`.
   */
  readonly readForm: () => Promise<FormBody>
  /**
   * The body as text (UTF-8), for other types. For routes that read `'text'`.
   * @param types the media types that the route accepts, in lower case
   * @param limit bytes. Default 65 536
   */
  readonly readText: (types: readonly string[], limit?: number) => Promise<TextBody>
  /** The framework's own request, for functions of the application. */
  readonly raw: unknown
}

/** Why a body cannot be read. */
export type BodyFault = 'malformed' | 'too_large' | 'wrong_content_type'

/** A body as JSON, or why it is not JSON. An empty body is `undefined`. */
export type JsonBody = { readonly type: 'json'; readonly value: unknown } | { readonly type: BodyFault }

/** A name and a value of a form. */
export type FormField = readonly [name: string, value: string]

/** A body as the fields of a form, or why it is not a form. An empty body has no fields. */
export type FormBody =
  | { readonly type: 'form'; readonly fields: readonly FormField[] }
  | { readonly type: BodyFault }

/** A body as text, and which of the accepted types it has; or why it is not text. */
export type TextBody =
  | { readonly type: 'text'; readonly mediaType: string; readonly value: string }
  | { readonly type: BodyFault }

/** The response of a handler, as plain data that every adapter writes in the same way. */
export interface HandlerResponse {
  readonly status: number
  /** In order; a name may repeat. */
  readonly headers: ResponseHeaders
  /**
   * Chunks are sent one by one as they come. When the client disconnects, no more are read and the iterator's
   * `return()` is called.
   */
  readonly body: string | AsyncIterable<string> | undefined
}

/** One route of a handler. */
export interface HandlerRoute {
  readonly method: string
  /** A segment that begins with `:` is any one segment. */
  readonly path: string
  /**
   * How the route reads a body. Default `'json'`, which browsers send to another origin only after a CORS preflight.
   * Any page can send a form to any origin: a route that reads one must require proof of origin, or credentials that
   * browsers do not send by themselves.
   */
  readonly reads?: 'json' | 'form' | 'text'
}

/** Routes that any framework can serve: those of an issuer, those of sessions. */
export interface RouteHandler {
  /**
   * The routes, for routers that need to know. `'all'`: the handler is called for every request before the
   * application's own routes, returns `undefined` for most, and reads no bodies.
   */
  readonly routes: 'all' | readonly HandlerRoute[]
  /** The response, or `undefined` if the path is not its own. Never rejects because of client input. */
  handle(request: HandlerRequest): MaybePromise<HandlerResponse | undefined>
}
