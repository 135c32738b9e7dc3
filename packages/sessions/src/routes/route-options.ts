import type { HandlerRequest, MaybePromise } from '@countersign/core/toolkit'
import {
  assertNames,
  copyMembers,
  kindOf,
  OptionError,
  optionalFunction,
  optionalNumber,
  type NamesOf,
} from '@countersign/core/toolkit'
import type { CookieSettings } from '../cookies/cookie-options.ts'
import type { StartInput } from '../service/start-input.ts'

/**
 * Who signed in: the input of `start()`. The routes add the address and the device, and end the previous session. They
 * have one client, that of `createSessions()`, and no bound keys.
 */
export type LoginResult = Omit<StartInput, 'replaces' | 'ip' | 'clientId' | 'keyThumbprint'>

/** What a rate limit gets about an attempt. */
export interface RateLimitAttempt {
  readonly route: 'login' | 'refresh'
  readonly ip: string | undefined
  /** At login: the request body, not verified. */
  readonly credentials: unknown
  /** At refresh: the id of the session, if the token is one of ours. */
  readonly sessionId: string | undefined
}

/**
 * Counts one attempt, atomically. Returns `true` to allow it, or the number of seconds until the next attempt is
 * allowed.
 */
export type RateLimit = (attempt: RateLimitAttempt) => MaybePromise<true | { readonly retryAfter: number }>

/** A session, when the application is asked about its user. */
export interface SessionUser {
  readonly subject: string
  readonly tenant: string | undefined
  readonly sessionId: string | undefined
  readonly scopes: readonly string[]
  readonly roles: readonly string[]
}

/** Options of the session routes. */
export interface SessionRouteOptions {
  /**
   * Checks the credentials, such as a password. Returns the user, or `undefined` if the credentials are wrong. If it
   * rejects, that is a fault of the server, not of the user.
   * @param credentials the JSON body, not validated
   */
  readonly login: (credentials: unknown, request: HandlerRequest) => MaybePromise<LoginResult | undefined>
  /**
   * `cookie`: tokens are only in HttpOnly cookies. `body`: tokens are in JSON, for native clients; such routes accept
   * no cookies and reject browsers. Default `cookie`.
   */
  readonly transport?: 'cookie' | 'body' | undefined
  /** What the client receives about the user, besides ids, scopes and roles. Default: nothing. */
  readonly user?: ((session: SessionUser) => MaybePromise<unknown>) | undefined
  /**
   * Counts one attempt, atomically: `true` allows it; `{ retryAfter }` (seconds) rejects it with 429. Default: no
   * limit.
   */
  readonly rateLimit?: RateLimit | undefined
  /**
   * The maximum number of seconds since the login for ending other sessions; after that, a 401 asks for a new login
   * (RFC 9470). Actors (`impersonate()`) may never end other sessions. Default: no limit.
   */
  readonly maxAuthAge?: number | undefined
}

/**
 * Wrong names that are easily used in a login's result. Other members are ignored: the result may be a row of users.
 */
const MISSPELLED: Readonly<Record<string, string>> = { scopes: 'scope', role: 'roles', auth_time: 'authTime' }

/** Validates what `login` returned. @throws `TypeError` naming the member */
export function readLoginResult(result: unknown): LoginResult {
  if (typeof result !== 'object' || result === null)
    throw new TypeError(
      `countersign: login() must return { subject }, or undefined if the credentials are wrong, got ${kindOf(result)}`,
    )
  for (const [wrong, right] of Object.entries(MISSPELLED)) {
    if (Object.hasOwn(result, wrong))
      throw new TypeError(`countersign: login() returned "${wrong}": rename it to "${right}"`)
  }
  return copyMembers(result as LoginResult, LOGIN_MEMBERS)
}

/** Members may come from the class of a row, but never from `Object.prototype`. */
const LOGIN_MEMBERS = {
  subject: true,
  tenant: true,
  scope: true,
  roles: true,
  claims: true,
  authTime: true,
  acr: true,
  amr: true,
  device: true,
} as const satisfies Record<keyof LoginResult, true>

const OPTION_NAMES = {
  login: true,
  transport: true,
  user: true,
  rateLimit: true,
  maxAuthAge: true,
} as const satisfies NamesOf<SessionRouteOptions>

/** Validates the options. @throws `OptionError` naming the option */
export function assertRouteOptions(options: SessionRouteOptions, { cookie }: CookieSettings): void {
  if (typeof options !== 'object' || options === null)
    throw new OptionError('login', 'is missing: pass options, at least { login }')
  assertNames<SessionRouteOptions>(options, OPTION_NAMES, 'options')
  const { transport = 'cookie', login } = options
  if (typeof login !== 'function') {
    throw new OptionError(
      'login',
      'is required: a function that checks the credentials and returns { subject }',
    )
  }
  if (transport !== 'cookie' && transport !== 'body') {
    throw new OptionError('transport', 'must be "cookie" or "body"')
  }
  if (transport === 'cookie' && cookie === undefined) {
    throw new OptionError('origin', 'is required by createSessions() for routes that set cookies')
  }
  optionalFunction(options, 'user')
  optionalFunction(options, 'rateLimit')
  if (options.maxAuthAge !== undefined) {
    optionalNumber(options, 'maxAuthAge', { default: 0, min: 1, unit: 'seconds' })
  }
}
