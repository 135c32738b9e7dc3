import {
  createAuthenticator,
  maxAuthAge,
  type Authenticator,
  type AuthenticatorOptions,
} from '@countersign/core'
import { StoreUnavailableError } from '@countersign/stores'
import type { HandlerResponse, RouteHandler } from '@countersign/core/toolkit'
import { createSessionCookies } from '../cookies/session-cookies.ts'
import { SessionLimitError } from '../service/session-limit.ts'
import { forgetRoute } from './forget.ts'
import {
  deleteSessionRoute,
  logoutAllRoute,
  logoutOthersRoute,
  sessionRoute,
  sessionsRoute,
} from './manage.ts'
import { problem } from './problems.ts'
import type { Route, RouteContext, RouteParts } from './route-context.ts'
import { assertRouteOptions, type SessionRouteOptions } from './route-options.ts'
import { loginRoute, logoutRoute, refreshRoute } from './sign-in.ts'
import { bodyTransport, cookieTransport } from './transport.ts'

/** Seconds after which a client should try again if the store is down. */
const RETRY_AFTER = '5'

/** The routes, by method and path. A last segment `:id` matches any one segment. */
const ROUTES: readonly {
  readonly method: string
  readonly path: string
  readonly make: (context: RouteContext) => Route
  /** Whether the route needs the cookie transport. */
  readonly forCookies?: true
}[] = [
  { method: 'POST', path: '/login', make: loginRoute },
  { method: 'POST', path: '/refresh', make: refreshRoute },
  { method: 'POST', path: '/forget', make: forgetRoute, forCookies: true },
  { method: 'POST', path: '/logout', make: logoutRoute },
  { method: 'POST', path: '/logout-all', make: logoutAllRoute },
  { method: 'POST', path: '/logout-others', make: logoutOthersRoute },
  { method: 'GET', path: '/session', make: sessionRoute },
  { method: 'GET', path: '/sessions', make: sessionsRoute },
  { method: 'DELETE', path: '/sessions/:id', make: deleteSessionRoute },
]

/**
 * Login, refresh, logout, and the list of sessions, as handlers for any framework. The origin of a request that changes
 * something is checked first; a rejected request changes nothing.
 */
export function createSessionRoutes(parts: RouteParts, options: SessionRouteOptions): RouteHandler {
  const { verification, tokens, now } = parts
  const { cookies } = parts.policy
  assertRouteOptions(options, cookies)
  const inCookies = options.transport !== 'body' && cookies.cookie !== undefined
  const transport = inCookies
    ? cookieTransport(cookies.cookie, createSessionCookies(cookies), tokens)
    : bodyTransport()
  const authenticator = authenticatorOf(verification, inCookies, now)
  const fresh = options.maxAuthAge === undefined ? undefined : maxAuthAge(options.maxAuthAge)
  const context: RouteContext = { ...parts, options, inCookies, transport, authenticator, fresh }
  const routes = ROUTES.filter(({ forCookies }) => inCookies || !forCookies).map(
    ({ method, path, make }) => ({
      method,
      path,
      serve: make(context),
    }),
  )

  return {
    routes: routes.map(({ method, path }) => ({ method, path })),
    async handle(request) {
      const here = routes.filter(({ path }) => matches(path, request.path))
      if (here.length === 0) return undefined
      const { method } = request.view
      const route = here.find((one) => one.method === (method === 'HEAD' ? 'GET' : method))
      const { status, headers, body } = await serveOrUnavailable(async () => {
        if (route === undefined) return problem('method_not_allowed', { Allow: allowed(here) })
        const asked = { isUnsafe: route.method !== 'GET', hasSession: route.path !== '/login' }
        const rejected = await transport.admit(request, asked)
        return rejected ?? route.serve(request, request.path.slice('/sessions/'.length))
      })
      return {
        status,
        headers: inCookies ? [...headers, ['Vary', 'Cookie']] : headers,
        body: method === 'HEAD' ? undefined : body,
      }
    },
  }
}

/** If the store is down, no session is lost: the client keeps its tokens, and tries again. */
async function serveOrUnavailable(serve: () => Promise<HandlerResponse>): Promise<HandlerResponse> {
  try {
    return await serve()
  } catch (error) {
    if (error instanceof StoreUnavailableError) {
      return problem('session_store_unavailable', { 'Retry-After': RETRY_AFTER })
    }
    if (error instanceof SessionLimitError) return problem('session_limit_reached')
    throw error
  }
}

/** A body mount accepts no cookies, so its authenticator does not read any. */
function authenticatorOf(
  verification: AuthenticatorOptions,
  inCookies: boolean,
  now: () => number,
): Authenticator {
  const { cookie, origin, allowedOrigins, insecureLocalhost, csrfSecrets, ...rest } = verification
  const cookies = { cookie, origin, allowedOrigins, insecureLocalhost, csrfSecrets }
  const given = Object.entries(cookies).filter(([, value]) => value !== undefined)
  return createAuthenticator({ ...rest, now, ...(inCookies ? Object.fromEntries(given) : undefined) })
}

function matches(pattern: string, path: string): boolean {
  if (!pattern.endsWith('/:id')) return pattern === path
  const prefix = pattern.slice(0, -'/:id'.length)
  return path.startsWith(`${prefix}/`) && /^[\w.-]+$/.test(path.slice(prefix.length + 1))
}

function allowed(routes: readonly { readonly method: string }[]): string {
  return routes.map(({ method }) => (method === 'GET' ? 'GET, HEAD' : method)).join(', ')
}
