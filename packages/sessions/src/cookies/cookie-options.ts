import {
  assertNamesWithin,
  kindOf,
  OptionError,
  optionalBoolean,
  readCookiePolicy,
  type CookiePolicy,
  type NamesOf,
} from '@countersign/core/toolkit'
import { assertOneOf } from '../base/assert-one-of.ts'
import type { SessionSecret } from '../token/secrets.ts'

/** Options of the session cookies. */
export interface CookieOptions {
  /** The origins at which browsers reach the session routes. Required for cookies. Default none. */
  readonly origin?: string | readonly string[] | undefined
  /** Other origins whose pages may send the cookies; each must be a full origin. Default none. */
  readonly allowedOrigins?: readonly string[] | undefined
  /** Also accepts CSRF tokens (`X-CSRF-Token`), for clients that send no `Origin`. Default false. */
  readonly csrfTokens?: boolean | undefined
  /** With `strict`, a user who follows a link from another site arrives signed out. Default `lax`. */
  readonly sameSite?: 'lax' | 'strict' | undefined
  /**
   * Names of the cookies. Applications that share a host need different names. Names must begin with `__Host-`, except
   * with `insecureLocalhost`. Default `__Host-access` and `__Host-refresh`. With `insecureLocalhost`, the default is
   * `access-3000` and `refresh-3000`, where 3000 is the port of the first origin, because all ports of a host share its
   * cookies.
   */
  readonly cookieNames?: CookieNames | undefined
  /**
   * Allows cookies over plain http on this machine, for development. Throws if `NODE_ENV` is `production`, or if
   * `origin` is on another machine. Default false.
   */
  readonly insecureLocalhost?: boolean | undefined
}

/** Names of the cookies. */
export interface CookieNames {
  /** The cookie of the access token. */
  readonly access: string
  /** The cookie of the refresh token. */
  readonly refresh: string
}

/** The names of {@link CookieOptions}. */
export const COOKIE_NAMES: NamesOf<CookieOptions> = {
  origin: true,
  allowedOrigins: true,
  csrfTokens: true,
  sameSite: true,
  cookieNames: true,
  insecureLocalhost: true,
}

/** Settings for writing and reading cookies. */
export interface CookieSettings {
  readonly sameSite: 'lax' | 'strict'
  readonly insecureLocalhost: boolean
  readonly names: CookieNames
  /** `undefined` if no `origin` is given: then there are no cookies. */
  readonly cookie: CookiePolicy | undefined
  /** The secrets of CSRF tokens; `undefined` if CSRF tokens are not accepted. */
  readonly csrfSecrets: readonly SessionSecret[] | undefined
}

/**
 * Validates the options of cookies.
 * @throws `OptionError` naming the option and the remedy
 */
export function readCookieSettings(
  options: CookieOptions & { readonly secrets: readonly SessionSecret[] },
): CookieSettings {
  const { sameSite = 'lax', secrets } = options
  const insecureLocalhost = optionalBoolean(options, 'insecureLocalhost')
  const csrfSecrets = optionalBoolean(options, 'csrfTokens') ? secrets : undefined
  assertOneOf('sameSite', sameSite, ['lax', 'strict'])
  const names = readNames(options, insecureLocalhost)
  const cookie = readCookie(options, names.access, insecureLocalhost, csrfSecrets)
  return { sameSite, insecureLocalhost, names, cookie, csrfSecrets }
}

/** Options that need cookies. */
const DEPENDENT = ['allowedOrigins', 'csrfTokens', 'insecureLocalhost', 'sameSite', 'cookieNames'] as const

function readCookie(
  options: CookieOptions,
  name: string,
  insecureLocalhost: boolean,
  csrfSecrets: readonly SessionSecret[] | undefined,
): CookiePolicy | undefined {
  const { origin, allowedOrigins } = options
  if (origin === undefined) {
    for (const option of DEPENDENT) {
      if (options[option]) throw new OptionError(option, 'has no effect without "origin", which cookies need')
    }
    return undefined
  }
  return readCookiePolicy({
    cookie: name,
    origin,
    ...(allowedOrigins === undefined ? undefined : { allowedOrigins }),
    ...(csrfSecrets === undefined ? undefined : { csrfSecrets }),
    insecureLocalhost,
  })
}

const NAMES: NamesOf<CookieNames> = { access: true, refresh: true }

function readNames({ origin, cookieNames }: CookieOptions, insecureLocalhost: boolean): CookieNames {
  if (cookieNames === undefined) return defaultNames(origin, insecureLocalhost)
  assertNamesWithin<CookieNames>(cookieNames, NAMES, 'cookieNames')
  const { access, refresh } = cookieNames
  for (const [part, name] of Object.entries({ access, refresh }))
    assertCookieName(part, name, insecureLocalhost)
  if (access === refresh) throw new OptionError('cookieNames', 'must be two different names')
  return { access, refresh }
}

/** RFC 6265 section 4.1.1. */
const COOKIE_NAME = /^[\w!#$%&'*+.^`|~-]{1,100}$/

function assertCookieName(part: string, name: unknown, insecureLocalhost: boolean): void {
  const option = `cookieNames.${part}`
  if (typeof name !== 'string' || !COOKIE_NAME.test(name))
    throw new OptionError(option, `must be the name of a cookie, got ${kindOf(name)}`)
  if (name.startsWith('__Host-') === insecureLocalhost) {
    const remedy = insecureLocalhost
      ? 'must not begin with "__Host-", which browsers do not keep over plain http'
      : 'must begin with "__Host-", or a sibling domain could overwrite the cookie'
    throw new OptionError(option, remedy)
  }
}

/** All ports of a host share its cookies: two applications in development would overwrite each other's. */
function defaultNames(origin: CookieOptions['origin'], insecureLocalhost: boolean): CookieNames {
  if (!insecureLocalhost) return { access: '__Host-access', refresh: '__Host-refresh' }
  const port = portOf([origin].flat()[0])
  return { access: `access-${port}`, refresh: `refresh-${port}` }
}

/** If there is no port, the validation of `origin` reports the error. */
function portOf(origin: unknown): string {
  const url = typeof origin === 'string' && URL.canParse(origin) ? new URL(origin) : undefined
  return url === undefined ? '' : url.port || (url.protocol === 'https:' ? '443' : '80')
}
