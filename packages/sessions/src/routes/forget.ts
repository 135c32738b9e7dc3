import { noContent } from './responses.ts'
import type { Route, RouteContext } from './route-context.ts'

/**
 * `POST /forget`: clears the cookies if the refresh cookie of this request belongs to a session that is over. The
 * response to a refresh must not do that: it may arrive after the cookies of a new login, and would delete them. The
 * client calls this route while it holds the lock under which its tabs refresh and sign in.
 */
export function forgetRoute({ service, transport }: RouteContext): Route {
  return async (request) => {
    const token = await transport.refreshToken(request)
    if (typeof token === 'object') return token
    const isDead = token !== undefined && (await service.isOver(token))
    return noContent(isDead ? transport.forget() : {})
  }
}
