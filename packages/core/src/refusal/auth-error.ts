import type { RefusalCode } from './codes.ts'
import type { ProblemDetails, Refusal } from './refuse.ts'

const BRAND: unique symbol = Symbol.for('@countersign/auth-error') as never

/**
 * A refusal in the shape of an error, for the error channel of a framework (`onRefused: 'throw'`).
 * `status`, `statusCode`, `headers` and `getResponse()` are where Express, Koa, Fastify and Hono look for them.
 * It has no stack: a rejected request is not a fault of the program. Recognise it by {@link isAuthError}, which also
 * works when two copies of this package are loaded.
 */
export class AuthError extends Error {
  readonly code: RefusalCode
  readonly status: number
  readonly statusCode: number
  readonly headers: Readonly<Record<string, string>>
  /** Whether the message may be shown (Koa, http-errors): messages of server errors stay hidden. */
  readonly expose: boolean
  readonly body: ProblemDetails

  constructor(refusal: Refusal) {
    const { stackTraceLimit } = Error
    Error.stackTraceLimit = 0
    super(refusal.body.detail)
    Error.stackTraceLimit = stackTraceLimit
    this.name = 'AuthError'
    this.code = refusal.body.code
    this.status = refusal.status
    this.statusCode = refusal.status
    this.headers = refusal.headers
    this.expose = refusal.status < 500
    this.body = refusal.body
    Object.defineProperty(this, BRAND, { value: true })
  }

  /** The response, for frameworks that use the web's `Response`. */
  getResponse(): Response {
    return new Response(JSON.stringify(this.body), { status: this.status, headers: this.headers })
  }
}

/**
 * Whether a value is an {@link AuthError}, from this or another copy of the package.
 *
 * @example
 * ```ts
 * if (isAuthError(error)) console.log(error.status, error.code)
 * ```
 */
export function isAuthError(value: unknown): value is AuthError {
  if (typeof value !== 'object' || value === null) return false
  try {
    return Object.hasOwn(value, BRAND)
  } catch {
    return false // a proxy that was revoked, or throws
  }
}
