import { createAuthenticator, maxAuthAge, type Authenticator, type Principal } from '@countersign/core'
import { StoreUnavailableError } from '@countersign/core/stores'
import type { HandlerRequest, HandlerResponse, RouteHandler } from '@countersign/core/toolkit'
import { createSessionCookies } from '../cookies/session-cookies.ts'
import type { SessionAccess, SessionTokens } from '../mint.ts'
import type { SessionsPolicy } from '../options.ts'
import type { Refresh } from '../refresh.ts'
import type { SessionInfo } from '../session-info.ts'
import { SessionLimitError, type Sessions } from '../session-types.ts'
import type { RefreshTokens } from '../token/refresh-token.ts'
import { deviceLabel } from './device-label.ts'
import { problem } from './problems.ts'
import {
  assertRouteOptions,
  type RateLimitAttempt,
  type SessionRouteOptions,
  type SessionUser,
} from './route-options.ts'
import { bodyProblem, bodyTransport, cookieTransport, type Headers } from './transport.ts'

/** What each route does, by method and path. */
type Route = (request: HandlerRequest, id: string) => Promise<HandlerResponse>

/** What the routes stand on. */
interface RouteParts {
  readonly sessions: Sessions
  readonly refresh: Refresh
  readonly policy: SessionsPolicy
  readonly tokens: RefreshTokens
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** Seconds after which a client should try a store again that is down. */
const RETRY_AFTER = '5'

/**
 * Login, refresh, logout, and the list of sessions, as handlers that any framework serves. A request that changes
 * something is judged by its origin first, whatever it carries; a refused one changes nothing.
 */
export function createSessionRoutes(
  { sessions, refresh, policy, tokens, now }: RouteParts,
  options: SessionRouteOptions,
): RouteHandler {
  assertRouteOptions(options, policy)
  const { login, user, rateLimit } = options
  const inCookies = options.transport !== 'body' && policy.cookie !== undefined
  const transport = inCookies
    ? cookieTransport(policy.cookie, createSessionCookies(policy), tokens)
    : bodyTransport()
  const authenticator = authenticatorOf(sessions, inCookies, now)
  const fresh = options.maxAuthAge === undefined ? undefined : maxAuthAge(options.maxAuthAge)

  /** What the client is told about its session. Never a token. */
  async function describe(
    { subject, sessionId, scopes, roles }: SessionUser,
    shown: unknown,
    expiresAt: number,
    sessionExpiresAt: number | undefined,
  ): Promise<object> {
    const csrf =
      inCookies && sessionId !== undefined ? await policy.cookie?.csrf?.create(sessionId) : undefined
    return {
      subject,
      sessionId,
      user: shown,
      scopes,
      roles,
      expiresAt,
      sessionExpiresAt,
      csrfToken: csrf,
      now: now(),
    }
  }

  async function signedIn(session: SessionTokens, shown: unknown): Promise<HandlerResponse> {
    const { headers, body } = transport.write(session, now())
    const { accessTokenExpiresAt, refreshTokenExpiresAt } = session
    const document = await describe(userOf(session), shown, accessTokenExpiresAt, refreshTokenExpiresAt)
    return json(200, { ...document, ...body }, headers)
  }

  async function overLimit(attempt: RateLimitAttempt): Promise<HandlerResponse | undefined> {
    const verdict: unknown = rateLimit === undefined ? true : await rateLimit(attempt)
    if (verdict === true) return undefined
    const seconds: unknown = Object(verdict)['retryAfter']
    if (typeof seconds !== 'number' || !(seconds >= 0)) {
      throw new TypeError('countersign: rateLimit must answer true or { retryAfter: seconds }')
    }
    return problem('rate_limited', { 'Retry-After': String(Math.max(1, Math.ceil(seconds))) })
  }

  const postLogin: Route = async (request) => {
    const body = await request.readJson()
    if (body.type !== 'json') return bodyProblem(body.type)
    const credentials = body.value
    if (typeof credentials !== 'object' || credentials === null) return problem('body_invalid')
    const limited = await overLimit({ route: 'login', ip: request.ip, credentials, sessionId: undefined })
    if (limited !== undefined) return limited
    const replaces = inCookies ? await transport.refreshToken(request) : undefined
    if (typeof replaces === 'object') return replaces
    const who = await login(credentials, request)
    if (who === undefined || who === null) return problem('credentials_rejected')
    const { subject, tenant, scope, roles, claims, authTime, acr, amr } = who
    const device = who.device ?? deviceLabel(request.view.header('user-agent')[0])
    const about = { subject, tenant, scope, roles, claims, authTime, acr, amr }
    const session = await sessions.start({ ...about, device, ip: request.ip, replaces })
    try {
      return await signedIn(session, await user?.(userOf(session)))
    } catch (error) {
      // Nobody got its tokens.
      await sessions.end(session.refreshToken).catch(() => undefined)
      throw error
    }
  }

  const postRefresh: Route = async (request) => {
    const token = await transport.refreshToken(request)
    if (typeof token === 'object') return token
    const read = token === undefined ? 'malformed' : tokens.read(token)
    const sessionId = typeof read === 'string' ? undefined : read.sid
    const limited = await overLimit({ route: 'refresh', ip: request.ip, credentials: undefined, sessionId })
    if (limited !== undefined) return limited
    if (token === undefined) return problem('session_ended')
    let shown: unknown
    const prepare = async (access: SessionAccess): Promise<void> => {
      transport.assertFits(access)
      shown = await user?.(userOf(access))
    }
    const mayFail = user !== undefined || policy.claims !== undefined
    const result = await refresh(token, { ip: request.ip }, mayFail ? prepare : undefined)
    if (result.type === 'refreshed') return signedIn(result.tokens, shown)
    return result.definitive
      ? problem('session_ended', transport.forget())
      : problem('session_not_recognized')
  }

  const postLogout: Route = async (request) => {
    const token = await transport.refreshToken(request)
    if (typeof token === 'object') return token
    const ended = token !== undefined && (await sessions.end(token))
    // The refresh token may be gone while the access token still says whose session this is.
    if (!ended) {
      const outcome = await authenticator.authenticate(request.view)
      if (outcome.type === 'authenticated') await endOwn(outcome.principal)
      else if (outcome.type === 'refused' && outcome.refusal.status === 503) return toAnswer(outcome.refusal)
      // Perhaps another replica has its secret: then the session is alive, and nobody is told that it is over.
      else if (token !== undefined && tokens.read(token) === 'key_unknown')
        return problem('session_not_recognized')
    }
    return noContent(transport.forget())
  }

  async function endOwn(principal: Principal): Promise<void> {
    if (principal.sessionId !== undefined) await sessions.revoke(principal.sessionId, ownerOf(principal))
  }

  /** A route for whoever is signed in. */
  function authenticated(
    serve: (principal: Principal, request: HandlerRequest, id: string) => Promise<HandlerResponse>,
    { mustBeFresh = false } = {},
  ): Route {
    return async (request, id) => {
      const outcome = await authenticator.authenticate(request.view)
      if (outcome.type === 'refused') return toAnswer(outcome.refusal)
      const stale =
        mustBeFresh && fresh !== undefined ? await authenticator.authorize(outcome, fresh) : undefined
      if (stale !== undefined) return toAnswer(stale)
      return outcome.type === 'authenticated'
        ? serve(outcome.principal, request, id)
        : problem('session_ended')
    }
  }

  const getSession = authenticated(async (principal, request) => {
    const { sessionId, scopes, roles, expiresAt } = principal
    const token = inCookies ? await transport.refreshToken(request) : undefined
    const read = typeof token === 'string' ? tokens.read(token) : 'malformed'
    const until = typeof read === 'string' || read.sid !== sessionId ? undefined : read.exp * 1_000
    const about = { ...ownerOf(principal), sessionId, scopes, roles }
    return json(200, await describe(about, await user?.(about), expiresAt, until), {})
  })

  const getSessions = authenticated(async (principal) => {
    const found = await sessions.list(ownerOf(principal))
    return json(200, { sessions: found.map((one) => listed(one, principal.sessionId)) }, {})
  })

  const postLogoutAll = authenticated(
    async (principal) => {
      await sessions.endAll(ownerOf(principal))
      return noContent(transport.forget())
    },
    { mustBeFresh: true },
  )

  const postLogoutOthers = authenticated(
    async (principal) => {
      await sessions.endAll({ ...ownerOf(principal), except: principal.sessionId })
      return noContent({})
    },
    { mustBeFresh: true },
  )

  const deleteSession = authenticated(
    async (principal, _request, id) => {
      const found = await sessions.revoke(id, ownerOf(principal))
      if (!found) return problem('session_not_found')
      return noContent(id === principal.sessionId ? transport.forget() : {})
    },
    { mustBeFresh: true },
  )

  const routes: readonly { readonly method: string; readonly path: string; readonly serve: Route }[] = [
    { method: 'POST', path: '/login', serve: postLogin },
    { method: 'POST', path: '/refresh', serve: postRefresh },
    { method: 'POST', path: '/logout', serve: postLogout },
    { method: 'POST', path: '/logout-all', serve: postLogoutAll },
    { method: 'POST', path: '/logout-others', serve: postLogoutOthers },
    { method: 'GET', path: '/session', serve: getSession },
    { method: 'GET', path: '/sessions', serve: getSessions },
    { method: 'DELETE', path: '/sessions/:id', serve: deleteSession },
  ]

  return {
    routes: routes.map(({ method, path }) => ({ method, path })),
    async handle(request) {
      const here = routes.filter(({ path }) => matches(path, request.path))
      if (here.length === 0) return undefined
      const { method } = request.view
      const route = here.find((one) => one.method === (method === 'HEAD' ? 'GET' : method))
      const { status, headers, body } = await answerOrUnavailable(async () => {
        if (route === undefined) return problem('method_not_allowed', { Allow: allowed(here) })
        const asked = { isUnsafe: route.method !== 'GET', hasSession: route.path !== '/login' }
        const rejected = await transport.admit(request, asked)
        return rejected ?? route.serve(request, request.path.slice('/sessions/'.length))
      })
      return {
        status,
        headers: { ...headers, ...(inCookies && { Vary: 'Cookie' }) },
        body: method === 'HEAD' ? undefined : body,
      }
    },
  }
}

/** A store that is down loses nobody's session: the client keeps what it has, and tries again. */
async function answerOrUnavailable(serve: () => Promise<HandlerResponse>): Promise<HandlerResponse> {
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

/** A body mount takes no cookies, so its authenticator knows of none. */
function authenticatorOf(sessions: Sessions, inCookies: boolean, now: () => number): Authenticator {
  const { cookie, origin, allowedOrigins, insecureLocalhost, csrfSecrets, ...rest } = sessions.verification()
  const cookies = { cookie, origin, allowedOrigins, insecureLocalhost, csrfSecrets }
  const given = Object.entries(cookies).filter(([, value]) => value !== undefined)
  return createAuthenticator({ ...rest, now, ...(inCookies ? Object.fromEntries(given) : undefined) })
}

function userOf({ session: { id, subject, tenant }, scope, roles }: SessionAccess): SessionUser {
  return { subject, tenant, sessionId: id, scopes: scope, roles }
}

function ownerOf({ subject, claims }: Principal): {
  readonly subject: string
  readonly tenant: string | undefined
} {
  const tenant: unknown = claims['tenant']
  return { subject, tenant: typeof tenant === 'string' ? tenant : undefined }
}

/** What a user sees of a session. */
function listed(
  { id, createdAt, lastSeenAt, device, ip, actor }: SessionInfo,
  current: string | undefined,
): object {
  return { id, current: id === current, createdAt, lastSeenAt, device, ip, actor }
}

function matches(pattern: string, path: string): boolean {
  if (!pattern.endsWith('/:id')) return pattern === path
  const prefix = pattern.slice(0, -'/:id'.length)
  return path.startsWith(`${prefix}/`) && /^[\w.-]+$/.test(path.slice(prefix.length + 1))
}

function allowed(routes: readonly { readonly method: string }[]): string {
  return routes.map(({ method }) => (method === 'GET' ? 'GET, HEAD' : method)).join(', ')
}

function toAnswer({
  status,
  headers,
  body,
}: {
  status: number
  headers: Headers
  body: object
}): HandlerResponse {
  return { status, headers, body: JSON.stringify(body) }
}

function json(status: number, body: object, headers: Headers): HandlerResponse {
  return {
    status,
    headers: { 'Content-Type': 'application/json', 'Cache-Control': 'no-store', ...headers },
    body: JSON.stringify(body),
  }
}

function noContent(headers: Headers): HandlerResponse {
  return { status: 204, headers: { 'Cache-Control': 'no-store', ...headers }, body: undefined }
}
