import type { MaybePromise } from '../../base/maybe-promise.ts'
import type { RequestView } from '../../request/view.ts'
import { createHandlerRequest, type HandlerContext } from './handler-request.ts'
import type { HandlerResponse, HandlerRoute, RouteHandler } from './route-handler.ts'

/**
 * Runs a handler. Its errors are the application's fault or ours, never the client's. Frameworks get an error for
 * which they send 500, without its text, and whatever status it contains.
 */
export function runHandler(
  handler: RouteHandler,
  view: RequestView,
  context: HandlerContext,
): MaybePromise<HandlerResponse | undefined> {
  const { routes } = handler
  const route = routes === 'all' ? undefined : routes.find((one) => isFor(one, view.method, context.path))
  try {
    const request = createHandlerRequest(view, context, route && (route.reads ?? 'json'))
    const response = handler.handle(request)
    return response instanceof Promise ? response.catch(reject) : response
  } catch (error) {
    return reject(error)
  }
}

function isFor(route: HandlerRoute, method: string, path: string): boolean {
  if (route.method !== (method === 'HEAD' ? 'GET' : method)) return false
  if (!route.path.includes(':')) return route.path === path
  const segments = route.path.split('/')
  const given = path.split('/')
  return (
    segments.length === given.length &&
    segments.every((segment, i) => (segment.startsWith(':') ? given[i] !== '' : segment === given[i]))
  )
}

/** The stack contains the cause, since frameworks log only the stack. None sends it in production. */
function reject(cause: unknown): Promise<never> {
  const error = new Error('Internal Server Error', { cause })
  if (cause instanceof Error) error.stack = `${error.name}: ${error.message}\n  caused by ${cause.stack}`
  return Promise.reject(Object.assign(error, { status: 500, statusCode: 500, expose: false }))
}
