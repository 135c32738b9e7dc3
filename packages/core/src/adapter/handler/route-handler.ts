import type { MaybePromise } from '../../base/maybe-promise.ts'
import type { ResponseHeaders } from '../../outcome.ts'
import type { RequestView } from '../../request/view.ts'

/** A request, as handlers that know no framework see it. Adapters make it. */
export interface HandlerRequest {
  /** Headers, the method on the wire, and the URL as the client sent it. */
  readonly view: RequestView
  /** The path below the mount, as it came: begins with `/`, not decoded, without query. */
  readonly path: string
  /** The client's address, as the framework knows it (proxies are its business). */
  readonly ip: string | undefined
  /** What the client says of itself (`User-Agent`). */
  readonly userAgent: string | undefined
  /** The client's certificate in DER, where TLS ends at this server and the client showed one. */
  readonly peerCertificate: Uint8Array | undefined
  /** Aborted when the client goes before it has the whole answer. */
  readonly signal: AbortSignal
  /**
   * The body as JSON, whether the framework parsed it before or not. Reads at most 64 KiB. Asked again, it returns the
   * same. For routes that read `'json'`, which is the default.
   */
  readonly readJson: () => Promise<JsonBody>
  /**
   * The fields of a form (`application/x-www-form-urlencoded`), in order and with duplicates, whether the framework
   * parsed it before or not. Reads at most 64 KiB. For routes that read `'form'`.
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

/** A body as JSON, or why it is none. An empty body is `undefined`. */
export type JsonBody = { readonly type: 'json'; readonly value: unknown } | { readonly type: BodyFault }

/** A name and a value of a form. */
export type FormField = readonly [name: string, value: string]

/** A body as the fields of a form, or why it is none. An empty body has no fields. */
export type FormBody =
  | { readonly type: 'form'; readonly fields: readonly FormField[] }
  | { readonly type: BodyFault }

/** A body as text, and which of the accepted types it has; or why it is none. */
export type TextBody =
  | { readonly type: 'text'; readonly mediaType: string; readonly value: string }
  | { readonly type: BodyFault }

/** What a handler answers, as plain data that every adapter writes alike. */
export interface HandlerResponse {
  readonly status: number
  /** In order; a name may repeat. */
  readonly headers: ResponseHeaders
  /**
   * Chunks are sent one by one as they come. When the client goes, no more are asked for and the iterator's `return()`
   * is called.
   */
  readonly body: string | AsyncIterable<string> | undefined
}

/** One route of a handler. */
export interface HandlerRoute {
  readonly method: string
  /** A segment that begins with `:` is any one segment. */
  readonly path: string
  /**
   * What the route reads of a body. Default `'json'`, which browsers send to another origin only after they have asked.
   * A form can be sent by any page anywhere: a route that reads one has to ask for proof of origin, or for credentials
   * that browsers do not send by themselves.
   */
  readonly reads?: 'json' | 'form' | 'text'
}

/** Routes that any framework can serve: those of an issuer, those of sessions. */
export interface RouteHandler {
  /**
   * What it serves, for routers that need to know. `'all'`: it is asked about every request ahead of the application's
   * own routes, returns `undefined` for most, and reads no bodies.
   */
  readonly routes: 'all' | readonly HandlerRoute[]
  /** The answer, or `undefined` where the path is not its own. Never rejects for what a client sent. */
  handle(request: HandlerRequest): MaybePromise<HandlerResponse | undefined>
}
