import {
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
   * Cookies over plain http on this machine, for development. Throws where `NODE_ENV` is `production`, or where `origin` is on
   * another machine. Default false.
   */
  readonly insecureLocalhost?: boolean | undefined
}

/** The names of {@link CookieOptions}. */
export const COOKIE_NAMES: NamesOf<CookieOptions> = {
  origin: true,
  allowedOrigins: true,
  csrfTokens: true,
  sameSite: true,
  insecureLocalhost: true,
}

/** How cookies are written and read. */
export interface CookieSettings {
  readonly sameSite: 'lax' | 'strict'
  readonly insecureLocalhost: boolean
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
  const cookie = readCookie(options, insecureLocalhost, csrfSecrets)
  return { sameSite, insecureLocalhost, cookie, csrfSecrets }
}

function readCookie(
  options: CookieOptions,
  insecureLocalhost: boolean,
  csrfSecrets: readonly SessionSecret[] | undefined,
): CookiePolicy | undefined {
  const { origin, allowedOrigins } = options
  if (origin === undefined) {
    for (const option of ['allowedOrigins', 'csrfTokens', 'insecureLocalhost', 'sameSite'] as const) {
      if (options[option]) throw new OptionError(option, 'has no effect without "origin", which cookies need')
    }
    return undefined
  }
  return readCookiePolicy({
    cookie: insecureLocalhost ? 'access' : '__Host-access',
    origin,
    ...(allowedOrigins === undefined ? undefined : { allowedOrigins }),
    ...(csrfSecrets === undefined ? undefined : { csrfSecrets }),
    insecureLocalhost,
  })
}
