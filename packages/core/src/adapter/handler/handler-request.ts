import type { RequestView } from '../../request/view.ts'
import { MAX_BODY_BYTES, type BodySource } from './body.ts'
import { readFormBody, readJsonBody, readTextBody } from './read-body.ts'
import type { FormBody, HandlerRequest, HandlerRoute, JsonBody, TextBody } from './route-handler.ts'

/** What the framework knows about a request, besides its view. */
export interface HandlerContext extends BodySource {
  /** The path below the mount, without query. */
  readonly path: string
  readonly ip: string | undefined
  /** The framework's own request. */
  readonly raw: unknown
  /** Called at most once, and only by handlers that need it. */
  readonly signal: () => AbortSignal
}

type Reads = NonNullable<HandlerRoute['reads']>

/**
 * A handler's request. Expensive members are made when they are first used: some handlers see every request of an
 * application, and respond to few.
 *
 * @param reads what the route reads, as it declares; `undefined` if there is nothing to read
 */
export function createHandlerRequest(
  view: RequestView,
  context: HandlerContext,
  reads: Reads | undefined,
): HandlerRequest {
  return new ContextRequest(view, context, reads)
}

class ContextRequest implements HandlerRequest {
  readonly view: RequestView
  readonly #context: HandlerContext
  readonly #reads: Reads | undefined
  #body: Promise<JsonBody | FormBody | TextBody> | undefined
  #signal: AbortSignal | undefined

  constructor(view: RequestView, context: HandlerContext, reads: Reads | undefined) {
    this.view = view
    this.#context = context
    this.#reads = reads
  }

  get path(): string {
    return this.#context.path
  }

  get ip(): string | undefined {
    return this.#context.ip
  }

  get raw(): unknown {
    return this.#context.raw
  }

  get userAgent(): string | undefined {
    return this.view.header('user-agent')[0]
  }

  get peerCertificate(): Uint8Array | undefined {
    return this.view.peerCertificate?.()
  }

  get signal(): AbortSignal {
    return (this.#signal ??= this.#context.signal())
  }

  // Functions that need no `this`: handlers take them apart.
  get readJson(): () => Promise<JsonBody> {
    return () => this.#read('json', () => readJsonBody(this.view, this.#context))
  }

  get readForm(): () => Promise<FormBody> {
    return () => this.#read('form', () => readFormBody(this.view, this.#context))
  }

  get readText(): (types: readonly string[], limit?: number) => Promise<TextBody> {
    return (types, limit = MAX_BODY_BYTES) =>
      this.#read('text', () => readTextBody(this.view, this.#context, types, limit))
  }

  #read<T extends JsonBody | FormBody | TextBody>(kind: Reads, read: () => Promise<T>): Promise<T> {
    if (this.#reads !== kind) {
      const remedy = `a route that reads it must declare that: { method, path, reads: '${kind}' }`
      return Promise.reject(new TypeError(`countersign: the body is not read as ${kind}: ${remedy}`))
    }
    return (this.#body ??= read()) as Promise<T>
  }
}
