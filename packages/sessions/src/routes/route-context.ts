import type { Authenticator, AuthenticatorOptions, Principal, Requirement } from '@countersign/core'
import type { HandlerRequest, HandlerResponse } from '@countersign/core/toolkit'
import type { CookieSettings } from '../cookies/cookie-options.ts'
import type { SessionService } from '../service/session-service.ts'
import type { SessionAccess, SessionTokens } from '../token/mint.ts'
import type { TokenPolicy } from '../token/token-options.ts'
import type { RefreshToken, RefreshTokens } from '../token/refresh-token.ts'
import { json } from './responses.ts'
import type { SessionRouteOptions, SessionUser } from './route-options.ts'
import type { Transport } from './transport.ts'

/** The handler of one route. `id` is the last segment of its path if the route has one. */
export type Route = (request: HandlerRequest, id: string) => Promise<HandlerResponse>

/** What the routes need from the session options. */
export interface RoutesPolicy {
  readonly cookies: CookieSettings
  readonly token: Pick<TokenPolicy, 'claims'>
}

/** What the routes are built from. */
export interface RouteParts {
  readonly service: SessionService
  /** How to verify access tokens and cookies of these sessions. */
  readonly verification: AuthenticatorOptions
  readonly policy: RoutesPolicy
  readonly tokens: RefreshTokens
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** The same, plus the parts of one mount. */
export interface RouteContext extends RouteParts {
  readonly options: SessionRouteOptions
  readonly inCookies: boolean
  readonly transport: Transport
  /** Verifies access tokens, read from where this mount expects them. */
  readonly authenticator: Authenticator
  /** What a token must satisfy to end other sessions; `undefined`: no further requirement. */
  readonly fresh: Requirement | undefined
}

/** The description of its session that the client gets. Never a token. */
export async function describeSession(
  { inCookies, policy, now }: RouteContext,
  { subject, sessionId, scopes, roles }: SessionUser,
  shown: unknown,
  expiresAt: number,
  refresh: RefreshToken | undefined,
): Promise<object> {
  const tokens = inCookies ? policy.cookies.cookie?.csrf : undefined
  const csrfToken = sessionId === undefined ? undefined : await tokens?.create(sessionId)
  // Of two documents of one session, the later one has the higher generation: clocks of servers differ.
  const lives = { expiresAt, sessionExpiresAt: refresh && refresh.exp * 1_000, generation: refresh?.gen }
  return { subject, sessionId, user: shown, scopes, roles, ...lives, csrfToken, now: now() }
}

/** The response that carries new tokens. */
export async function respondWithTokens(
  context: RouteContext,
  session: SessionTokens,
  shown: unknown,
): Promise<HandlerResponse> {
  const { headers, body } = context.transport.write(session, context.now())
  const refresh = readToken(context, session.refreshToken)
  const document = await describeSession(
    context,
    userOf(session),
    shown,
    session.accessTokenExpiresAt,
    refresh,
  )
  return json(200, { ...document, ...body }, headers)
}

/** The content of a refresh token, if it is one of ours. */
export function readToken(
  { tokens }: Pick<RouteParts, 'tokens'>,
  text: string | undefined,
): RefreshToken | undefined {
  const read = text === undefined ? 'malformed' : tokens.read(text)
  return typeof read === 'string' ? undefined : read
}

/** The user of new tokens. */
export function userOf({ session: { id, subject, tenant }, scope, roles }: SessionAccess): SessionUser {
  return { subject, tenant, sessionId: id, scopes: scope, roles }
}

/** The user whose sessions an access token belongs to. */
export function ownerOf({ subject, claims }: Principal): {
  readonly subject: string
  readonly tenant: string | undefined
} {
  const tenant: unknown = claims['tenant']
  return { subject, tenant: typeof tenant === 'string' ? tenant : undefined }
}
