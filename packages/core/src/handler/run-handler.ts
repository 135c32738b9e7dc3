import type { HandlerRequest, HandlerResponse, RouteHandler } from './route-handler.ts'

/**
 * Lets a handler answer. What it rejects with is the application's fault or ours, never the client's: frameworks get an
 * error that they answer 500, without its text and whatever status it names itself.
 */
export async function runHandler(
  handler: RouteHandler,
  request: HandlerRequest,
): Promise<HandlerResponse | undefined> {
  try {
    return await handler.handle(request)
  } catch (error) {
    throw toHandlerError(error)
  }
}

/** The stack tells of the cause, since frameworks log no more than that; none sends it in production. */
function toHandlerError(cause: unknown): Error {
  const error = new Error('Internal Server Error', { cause })
  if (cause instanceof Error) error.stack = `${error.name}: ${error.message}\n  caused by ${cause.stack}`
  return Object.assign(error, { status: 500, statusCode: 500, expose: false })
}
