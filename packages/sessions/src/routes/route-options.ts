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
 * Who signed in: what `start()` takes. The routes add address and device, and end the session that was there before.
 * They know one client, that of `createSessions()`, and no keys.
 */
export type LoginResult = Omit<StartInput, 'replaces' | 'ip' | 'clientId' | 'keyThumbprint'>

/** What a limit is asked about. */
export interface RateLimitAttempt {
  readonly route: 'login' | 'refresh'
  readonly ip: string | undefined
  /** At login: what was sent, not verified. */
  readonly credentials: unknown
  /** At refresh: the session, if the token is one of ours. */
  readonly sessionId: string | undefined
}

/** Takes one attempt, atomically: answers that it may pass, or after how many seconds the next one may. */
export type RateLimit = (attempt: RateLimitAttempt) => MaybePromise<true | { readonly retryAfter: number }>

/** A session, as the application is asked who that is. */
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
   * Checks the password, or whatever was sent: answers who that is, or `undefined` if the credentials are wrong.
   * A rejection is a fault of the server, not of the user.
   * @param credentials the JSON body, not validated
   */
  readonly login: (credentials: unknown, request: HandlerRequest) => MaybePromise<LoginResult | undefined>
  /**
   * `cookie`: tokens travel in HttpOnly cookies and in nothing else. `body`: in JSON, for native clients; such routes take
   * no cookies and answer no browser. Default `cookie`.
   */
  readonly transport?: 'cookie' | 'body' | undefined
  /** What the client is told about the user, beside ids, scopes and roles. Default: nothing. */
  readonly user?: ((session: SessionUser) => MaybePromise<unknown>) | undefined
  /**
   * Takes one attempt from a limit, atomically: `true` lets it through, seconds until the next refuse it with 429.
   * Default: no limit.
   */
  readonly rateLimit?: RateLimit | undefined
  /**
   * Seconds since the user signed in, within which other sessions may be ended; after that, 401 asks for a new login (RFC
   * 9470). Who acts as the user (`impersonate()`) may never end any. Default: no limit.
   */
  readonly maxAuthAge?: number | undefined
}

/** Names of a login's result that are easily taken for ours. What else it has may come from a row of users. */
const MISSPELLED: Readonly<Record<string, string>> = { scopes: 'scope', role: 'roles', auth_time: 'authTime' }

/** Checks what `login` returned. @throws `TypeError` naming the member */
export function readLoginResult(result: unknown): LoginResult {
  if (typeof result !== 'object' || result === null)
    throw new TypeError(
      `countersign: login() must return { subject }, or undefined if the credentials are wrong, got ${kindOf(result)}`,
    )
  for (const [wrong, right] of Object.entries(MISSPELLED)) {
    if (Object.hasOwn(result, wrong))
      throw new TypeError(`countersign: login() returned "${wrong}", which is called "${right}" here`)
  }
  return copyMembers(result as LoginResult, LOGIN_MEMBERS)
}

/** A row of users has more, and may have these by its class; but none of them is read from `Object.prototype`. */
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

/** Checks the options. @throws `OptionError` naming the option */
export function assertRouteOptions(options: SessionRouteOptions, { cookie }: CookieSettings): void {
  if (typeof options !== 'object' || options === null)
    throw new OptionError('login', 'is missing: give options, at least { login }')
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
