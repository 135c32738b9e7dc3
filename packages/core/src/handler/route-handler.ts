import type { RequestView } from '../request/view.ts'

/** A request, as handlers that know no framework see it. Adapters make it. */
export interface HandlerRequest {
  /** Headers, the method on the wire, and the URL as the client sent it. */
  readonly view: RequestView
  /** The path below the mount, as it came: begins with `/`, not decoded, without query. */
  readonly path: string
  /** The client's address, as the framework knows it (proxies are its business). */
  readonly ip: string | undefined
  /**
   * The body as JSON, whether the framework parsed it before or not. Reads at most 64 KiB. Asked again, it answers the
   * same.
   */
  readJson(): Promise<JsonBody>
  /** The framework's own request, for functions of the application. */
  readonly raw: unknown
}

/** A body as JSON, or why it is none. An empty body is `undefined`. */
export type JsonBody =
  | { readonly type: 'json'; readonly value: unknown }
  | { readonly type: 'malformed' | 'too_large' | 'wrong_content_type' }

/** What a handler answers, as plain data that every adapter writes alike. */
export interface HandlerResponse {
  readonly status: number
  /** Several values, one header line each, are for `Set-Cookie` alone. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  readonly body: string | undefined
}

/** Routes that any framework can serve: those of an issuer, those of sessions. */
export interface RouteHandler {
  /** What it serves, so that routers which need to know can be told. A segment that begins with `:` is any one segment. */
  readonly routes: readonly { readonly method: string; readonly path: string }[]
  /** Answers, or `undefined` where the path is none of its own. Never rejects for what a client sent. */
  handle(request: HandlerRequest): Promise<HandlerResponse | undefined>
}

/** What has routes of sessions, as adapters see it: `@countersign/sessions` makes one. */
export interface SessionSource<Options> {
  routes(options: Options): RouteHandler
}

/** What renews expired cookies ahead of an application's pages, as adapters see it: `@countersign/sessions` makes one. */
export interface RenewalSource {
  renewal(): RouteHandler
}

/** What has routes of an issuer, as adapters see it: `@countersign/issuer` makes one. */
export interface IssuerSource {
  routes(): RouteHandler
}
