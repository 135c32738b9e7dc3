import { randomBytes } from 'node:crypto'
import { createAuthenticator, type AuthenticatorOptions, type RevocationCheck } from '@countersign/core'
import { OptionError, type RouteHandler } from '@countersign/core/toolkit'
import { createSessionCookies } from './cookies/session-cookies.ts'
import type { LivenessOptions } from './liveness/liveness-options.ts'
import { createLiveness } from './liveness/liveness.ts'
import { readSessionsPolicy, type SessionsOptions } from './options.ts'
import { createRenewal } from './routes/renewal.ts'
import type { SessionRouteOptions } from './routes/route-options.ts'
import { createSessionRoutes } from './routes/session-routes.ts'
import type { RefreshInput, RefreshResult } from './service/refresh.ts'
import { createSessionEnds } from './service/session-ends.ts'
import { createSessionService, type SessionService } from './service/session-service.ts'
import { assertTokens, createMint, type SessionTokens } from './token/mint.ts'
import { refreshTokens } from './token/refresh-token.ts'
import { tagsOf } from './token/secrets.ts'
import { verificationOf, type VerificationOptions } from './verification.ts'

/** Sessions with rotating refresh tokens. */
export interface Sessions extends Omit<SessionService, 'isOver' | 'refresh' | 'tidyUp'> {
  /**
   * New tokens for a refresh token. Within `grace`, a client may repeat it, race it, or lose its response.
   * @throws `StoreUnavailableError`: the token is still valid
   */
  refresh(refreshToken: string, input?: RefreshInput): Promise<RefreshResult>
  /**
   * The `Set-Cookie` values for the result of `start()`, for logins outside these routes: the callback of an identity
   * provider, or a hand-off from another server. Check the origin of such a request yourself.
   * @throws `OptionError` if the option `origin` is missing, `CookieTooLargeError`
   */
  cookies(tokens: SessionTokens): readonly string[]
  /** A check for core's `isRevoked`: rejects access tokens of ended sessions. */
  liveness(options?: LivenessOptions): RevocationCheck
  /**
   * The options that `jwtAuth()` needs to accept the tokens and cookies of these sessions: spread them into its
   * options.
   */
  verification(options?: VerificationOptions): AuthenticatorOptions
  /** Login, refresh, logout and the list of sessions, to be mounted by an adapter. */
  routes(options: SessionRouteOptions): RouteHandler
  /** Renews expired cookies when a browser opens a page that a server renders. Mount it before `jwtAuth()`. */
  renewal(): RouteHandler
}

/**
 * Sessions on a store. The tokens are short-lived access tokens and rotating refresh tokens; the content of the store
 * is not enough to create either.
 *
 * @throws `OptionError` naming the option and the remedy
 * @example
 * ```ts
 * const sessions = createSessions({
 *   issuer: 'https://app.example.com',
 *   origin: 'https://app.example.com',
 *   store,
 *   secrets: [secret],
 * })
 * const { accessToken, refreshToken } = await sessions.start({ subject: user.id, roles: ['member'] })
 * ```
 */
export function createSessions(options: SessionsOptions): Sessions {
  const policy = readSessionsPolicy(options)
  const { token, cookies } = policy
  const { now = () => Date.now(), randomBytes: random = randomBytes } = options
  const { issuer } = token.issuer
  const tokens = refreshTokens(issuer, token.keys, token.audience)
  const ends = createSessionEnds()
  const mint = createMint(token, tokens)
  const service = createSessionService({ policy, tokens, mint, ends, now, randomBytes: random })
  const { store } = policy.service
  const source = { store, issuer, ends, now, tagsOf: tagsOf.bind(undefined, token.keys) }
  const liveness = (given?: LivenessOptions): RevocationCheck => createLiveness(source, given)
  const verification = (given?: VerificationOptions): AuthenticatorOptions =>
    verificationOf(policy, liveness, given)

  const { isOver: _, tidyUp, ...operations } = service
  return Object.freeze<Sessions>({
    ...operations,
    async start(input) {
      const started = await service.start(input)
      tidyUp()
      return started
    },
    // The extra parameter is only for the routes.
    refresh: (refreshToken, input) => service.refresh(refreshToken, input),
    cookies(started) {
      if (cookies.cookie === undefined) throw new OptionError('origin', 'is required for cookies')
      assertTokens(started)
      return createSessionCookies(cookies).write(started, now())
    },
    liveness,
    verification,
    routes: (given) =>
      createSessionRoutes({ service, verification: verification(), policy, tokens, now }, given),
    renewal() {
      const authenticator = createAuthenticator({ ...verification({ liveness: false }), now })
      return createRenewal(service.refresh, policy, authenticator, now)
    },
  })
}
