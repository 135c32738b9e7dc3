import type { ProblemDetails, RefusalCode } from '@countersign/core'
import type { Refusal } from '@countersign/core/adapter'
import { HttpException } from '@nestjs/common'

/**
 * A rejected request, over HTTP and in GraphQL. `getResponse()` is the problem document, `getStatus()` the status.
 * The headers are already on the response when it is thrown, so the application's filters keep them.
 */
export class AuthException extends HttpException {
  readonly code: RefusalCode
  readonly headers: Readonly<Record<string, string>>
  readonly body: ProblemDetails
  /** Where GraphQL servers read what they add to the error (GraphQL specification, section 7.1.2). */
  readonly extensions: ProblemDetails

  constructor({ status, headers, body }: Refusal) {
    const { stackTraceLimit } = Error
    Error.stackTraceLimit = 0 // a rejected request is not a fault of the program
    super(body, status)
    Error.stackTraceLimit = stackTraceLimit
    this.name = 'AuthException'
    this.message = body.detail
    this.code = body.code
    this.headers = headers
    this.body = body
    this.extensions = body
  }
}
