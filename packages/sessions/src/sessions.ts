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
   * New tokens for a refresh token. Repeating it, racing it, and losing its answer are all well within `grace`.
   * @throws `StoreUnavailableError`: the token is as good as before
   */
  refresh(refreshToken: string, input?: RefreshInput): Promise<RefreshResult>
  /**
   * Values of `Set-Cookie` for what `start()` returned, where a login is none of the routes: the callback of an identity
   * provider, a hand-off from another server. Check where such a request comes from yourself.
   * @throws `OptionError` without the option `origin`, `CookieTooLargeError`
   */
  cookies(tokens: SessionTokens): readonly string[]
  /** A check for core's `isRevoked`: access tokens of an ended session are refused. */
  liveness(options?: LivenessOptions): RevocationCheck
  /** What `jwtAuth()` needs to accept the tokens and cookies of these sessions: spread it into its options. */
  verification(options?: VerificationOptions): AuthenticatorOptions
  /** Login, refresh, logout and the list of sessions, for an adapter to serve. */
  routes(options: SessionRouteOptions): RouteHandler
  /** Renewal of expired cookies when a browser opens a page, for pages that a server renders: goes before `jwtAuth()`. */
  renewal(): RouteHandler
}

/**
 * Sessions on a store. Tokens are short-lived access tokens and refresh tokens that rotate; what is in the store is
 * not enough to make either.
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
    // What the routes add to a refresh is not for others.
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
