import { memberOf, type HandlerResponse } from '@countersign/core/toolkit'
import type { SessionAccess } from '../token/mint.ts'
import { noContent, toResponse } from './responses.ts'
import { deviceLabel } from './device-label.ts'
import { problem } from './problems.ts'
import {
  respondWithTokens,
  ownerOf,
  readToken,
  userOf,
  type Route,
  type RouteContext,
} from './route-context.ts'
import { readLoginResult, type RateLimit, type RateLimitAttempt } from './route-options.ts'
import { bodyProblem } from './transport.ts'

/** Calls the application's rate limit. Returns `undefined`, or the response that rejects the request. */
async function overLimit(
  rateLimit: RateLimit | undefined,
  attempt: RateLimitAttempt,
): Promise<HandlerResponse | undefined> {
  const verdict: unknown = rateLimit === undefined ? true : await rateLimit(attempt)
  if (verdict === true) return undefined
  const seconds = memberOf(Object(verdict) as object, 'retryAfter')
  if (typeof seconds !== 'number' || !(seconds >= 0)) {
    throw new TypeError('countersign: rateLimit must return true or { retryAfter: seconds }')
  }
  return problem('rate_limited', { 'Retry-After': String(Math.max(1, Math.ceil(seconds))) })
}

/** `POST /login`: the application identifies the user, and a session begins. */
export function loginRoute(context: RouteContext): Route {
  const { service, transport, inCookies } = context
  const { login, user, rateLimit } = context.options
  return async (request) => {
    const body = await request.readJson()
    if (body.type !== 'json') return bodyProblem(body.type)
    const credentials = body.value
    if (typeof credentials !== 'object' || credentials === null) return problem('body_invalid')
    const limited = await overLimit(rateLimit, {
      route: 'login',
      ip: request.ip,
      credentials,
      sessionId: undefined,
    })
    if (limited !== undefined) return limited
    const replaces = inCookies ? await transport.refreshToken(request) : undefined
    if (typeof replaces === 'object') return replaces
    const who = await login(credentials, request)
    if (who === undefined || who === null) return problem('credentials_rejected')
    const { subject, tenant, scope, roles, claims, authTime, acr, amr, device: named } = readLoginResult(who)
    const unknown = { clientId: undefined, keyThumbprint: undefined }
    const about = { subject, tenant, scope, roles, claims, authTime, acr, amr, ...unknown }
    const device = named ?? deviceLabel(request.view.header('user-agent')[0])
    const session = await service.start({ ...about, device, ip: request.ip, replaces })
    try {
      return await respondWithTokens(context, session, await user?.(userOf(session)))
    } catch (error) {
      // No client received its tokens.
      await service.end(session.refreshToken).catch(() => undefined)
      throw error
    } finally {
      service.tidyUp()
    }
  }
}

/** `POST /refresh`: new tokens, or the reason why there are none. */
export function refreshRoute(context: RouteContext): Route {
  const { service, transport, policy } = context
  const { user, rateLimit } = context.options
  return async (request) => {
    const token = await transport.refreshToken(request)
    if (typeof token === 'object') return token
    const sessionId = readToken(context, token)?.sid
    const limited = await overLimit(rateLimit, {
      route: 'refresh',
      ip: request.ip,
      credentials: undefined,
      sessionId,
    })
    if (limited !== undefined) return limited
    if (token === undefined) return problem('session_ended')
    let shown: unknown
    const prepare = async (access: SessionAccess): Promise<void> => {
      transport.assertFits(access)
      shown = await user?.(userOf(access))
    }
    const mayFail = user !== undefined || policy.token.claims !== undefined
    const result = await service.refresh(token, { ip: request.ip }, mayFail ? prepare : undefined)
    if (result.type === 'refreshed') return respondWithTokens(context, result.tokens, shown)
    // The cookies stay: they may already belong to a new login. `POST /forget` checks them again.
    return result.definitive ? problem('session_ended', {}, { sessionId }) : problem('session_not_recognized')
  }
}

/**
 * `POST /logout`: ends this session, with whichever of its tokens was sent. Calling it again does no harm. Cookies that
 * are not recognized here are cleared too, because the client asked for that.
 */
export function logoutRoute({ service, transport, authenticator }: RouteContext): Route {
  return async (request) => {
    const token = await transport.refreshToken(request)
    if (typeof token === 'object') return token
    const ended = token !== undefined && (await service.end(token))
    // The refresh token may be missing while the access token still identifies the session.
    if (!ended) {
      const outcome = await authenticator.authenticate(request.view)
      if (outcome.type === 'authenticated') {
        const { principal } = outcome
        if (principal.sessionId !== undefined) await service.revoke(principal.sessionId, ownerOf(principal))
      } else if (outcome.type === 'refused' && outcome.refusal.status === 503)
        return toResponse(outcome.refusal)
    }
    return noContent(transport.forget())
  }
}
