import type { Principal } from '@countersign/core'
import { Failure, refuse, type HandlerRequest, type HandlerResponse } from '@countersign/core/toolkit'
import type { SessionInfo } from '../session/session-info.ts'
import { json, noContent, toResponse } from './responses.ts'
import { problem } from './problems.ts'
import { describeSession, ownerOf, readToken, type Route, type RouteContext } from './route-context.ts'

/** Handles a request of a signed-in user. */
type Serve = (principal: SignedIn, request: HandlerRequest, id: string) => Promise<HandlerResponse>

/** A principal with a session: the token was issued by these sessions. */
type SignedIn = Principal & { readonly sessionId: string }

/** A route for signed-in users. */
function signedIn({ authenticator }: RouteContext, serve: Serve): Route {
  return async (request, id) => {
    const outcome = await authenticator.authenticate(request.view)
    if (outcome.type === 'refused') return toResponse(outcome.refusal)
    if (outcome.type === 'anonymous') return problem('session_ended')
    // A token of the same issuer without a session, such as a machine's, may contain the name of a user.
    return hasSession(outcome.principal)
      ? serve(outcome.principal, request, id)
      : problem('session_not_recognized')
  }
}

function hasSession(principal: Principal): principal is SignedIn {
  return principal.sessionId !== undefined
}

/** A route that ends sessions: only for the user in person, with a recent login if the options require it. */
function owning(context: RouteContext, serve: Serve): Route {
  const { authenticator, fresh } = context
  return signedIn(context, async (principal, request, id) => {
    // An actor is not the user (RFC 8693 section 4.1).
    if (principal.claims['act'] !== undefined) return toResponse(refuse(new Failure('requirement_failed')))
    const outcome = { type: 'authenticated', principal, headers: [] } as const
    const stale = fresh === undefined ? undefined : await authenticator.authorize(outcome, fresh)
    return stale === undefined ? serve(principal, request, id) : toResponse(stale)
  })
}

/** `GET /session`: who is signed in, and until when; `null` for a visitor. */
export function sessionRoute(context: RouteContext): Route {
  const { inCookies, transport } = context
  const serve = signedIn(context, async (principal, request) => {
    const { sessionId, scopes, roles, expiresAt } = principal
    const token = inCookies ? await transport.refreshToken(request) : undefined
    const read = typeof token === 'string' ? readToken(context, token) : undefined
    const refresh = read?.sid === sessionId ? read : undefined
    const about = { ...ownerOf(principal), sessionId, scopes, roles }
    const shown = await context.options.user?.(about)
    return json(200, await describeSession(context, about, shown, expiresAt, refresh), {})
  })
  // A visitor who is not signed in is not an error: browsers would show it as one in the console.
  return async (request, id) => (transport.isEmpty(request) ? json(200, null, {}) : serve(request, id))
}

/** `GET /sessions`: the user's devices. */
export function sessionsRoute(context: RouteContext): Route {
  return signedIn(context, async (principal) => {
    const found = await context.service.list(ownerOf(principal))
    return json(200, { sessions: found.map((one) => listed(one, principal.sessionId)) }, {})
  })
}

/** `POST /logout-all`: signs out everywhere. */
export function logoutAllRoute(context: RouteContext): Route {
  return owning(context, async (principal) => {
    await context.service.endAll(ownerOf(principal))
    return noContent(context.transport.forget())
  })
}

/** `POST /logout-others`: signs out everywhere else. */
export function logoutOthersRoute(context: RouteContext): Route {
  return owning(context, async (principal) => {
    await context.service.endAll({ ...ownerOf(principal), except: principal.sessionId })
    return noContent({})
  })
}

/** `DELETE /sessions/:id`: signs out one device. */
export function deleteSessionRoute(context: RouteContext): Route {
  return owning(context, async (principal, _request, id) => {
    const found = await context.service.revoke(id, ownerOf(principal))
    if (!found) return problem('session_not_found')
    return noContent(id === principal.sessionId ? context.transport.forget() : {})
  })
}

/** The fields of a session that its user sees. */
function listed({ id, createdAt, lastSeenAt, device, ip, actor }: SessionInfo, current: string): object {
  return { id, current: id === current, createdAt, lastSeenAt, device, ip, actor }
}
