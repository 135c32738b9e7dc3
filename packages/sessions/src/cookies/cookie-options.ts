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

/** Options of the cookies that sessions have. */
export interface CookieOptions {
  /** Own origins: those under which browsers reach the session routes. Required for cookies. Default none. */
  readonly origin?: string | readonly string[] | undefined
  /** Foreign origins whose pages may act with the cookies, each spelled out. Default none. */
  readonly allowedOrigins?: readonly string[] | undefined
  /** Also takes CSRF tokens (`X-CSRF-Token`), for clients that send no `Origin`. Default false. */
  readonly csrfTokens?: boolean | undefined
  /** `strict`: links from elsewhere arrive signed out. Default `lax`. */
  readonly sameSite?: 'lax' | 'strict' | undefined
  /**
   * Names of the cookies, for applications that share a host: each needs its own. They begin with `__Host-`, but for
   * `insecureLocalhost`. Default `__Host-access` and `__Host-refresh`; with `insecureLocalhost`, `access-3000` and
   * `refresh-3000` where 3000 is the port of the first origin, since cookies of one host are shared by all its ports.
   */
  readonly cookieNames?: CookieNames | undefined
  /**
   * Cookies over plain http on this machine, for development. Throws where `NODE_ENV` is `production`, or where `origin` is on
   * another machine. Default false.
   */
  readonly insecureLocalhost?: boolean | undefined
}

/** What the cookies are called. */
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

/** How cookies are written and read. */
export interface CookieSettings {
  readonly sameSite: 'lax' | 'strict'
  readonly insecureLocalhost: boolean
  readonly names: CookieNames
  /** `undefined` where no `origin` is given: then there are no cookies. */
  readonly cookie: CookiePolicy | undefined
  /** What CSRF tokens are made with; `undefined` where none are accepted. */
  readonly csrfSecrets: readonly SessionSecret[] | undefined
}

/**
 * Checks the options of cookies.
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

/** What only concerns cookies. */
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

/** Cookies of one host are shared by all its ports: two applications in development would take them from each other. */
function defaultNames(origin: CookieOptions['origin'], insecureLocalhost: boolean): CookieNames {
  if (!insecureLocalhost) return { access: '__Host-access', refresh: '__Host-refresh' }
  const port = portOf([origin].flat()[0])
  return { access: `access-${port}`, refresh: `refresh-${port}` }
}

/** Where there is none to be had, the check of `origin` says so. */
function portOf(origin: unknown): string {
  const url = typeof origin === 'string' && URL.canParse(origin) ? new URL(origin) : undefined
  return url === undefined ? '' : url.port || (url.protocol === 'https:' ? '443' : '80')
}
