import { createCsrfTokens, type CsrfTokens } from './csrf-token.ts'
import { isLoopback } from '../base/hosts.ts'
import { isProduction } from '../base/runtime.ts'
import { optionalBoolean } from '../base/assert-options.ts'
import { OptionError } from '../base/option-error.ts'
import type { CookieOptions } from './cookie-options.ts'
import { readOrigins } from './origins.ts'

/** How tokens in cookies are accepted. */
export interface CookiePolicy {
  readonly name: string
  /** Own origins, as browsers write them in `Origin`. */
  readonly origins: ReadonlySet<string>
  /** Foreign origins that may send unsafe requests with our cookie. */
  readonly allowedOrigins: ReadonlySet<string>
  readonly csrf: CsrfTokens | undefined
}

const DEFAULT_COOKIE = '__Host-access'
/** RFC 9110 section 5.6.2: the characters of a cookie name (RFC 6265 section 4.1.1). */
const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/

/** Reads the options for cookies. Without `cookie`, setting any of them is an error, since it would have no effect. */
export function readCookiePolicy(options: CookieOptions): CookiePolicy | undefined {
  const { cookie } = options
  const insecure = optionalBoolean(options, 'insecureLocalhost')
  const unprefixed = optionalBoolean(options, 'dangerouslyAllowUnprefixedCookie') || insecure
  if (cookie === undefined || cookie === false) {
    for (const option of ['origin', 'allowedOrigins', 'csrfSecrets'] as const) {
      if (options[option] !== undefined) throw new OptionError(option, 'has no effect without "cookie"')
    }
    for (const option of ['insecureLocalhost', 'dangerouslyAllowUnprefixedCookie'] as const) {
      if (optionalBoolean(options, option)) throw new OptionError(option, 'has no effect without "cookie"')
    }
    return undefined
  }
  const name = cookie === true ? DEFAULT_COOKIE : cookie
  if (typeof name !== 'string' || !TOKEN.test(name))
    throw new OptionError('cookie', 'must be true or the name of a cookie')
  if (/^__(?:Host|Secure)-$/i.test(name)) {
    throw new OptionError('cookie', `"${name}" is a prefix only: add a name, such as "${DEFAULT_COOKIE}"`)
  }
  if (insecure && isProduction()) {
    throw new OptionError(
      'insecureLocalhost',
      'is for development: it must not be set if NODE_ENV is "production"',
    )
  }
  if (!name.startsWith('__Host-') && !unprefixed) {
    throw new OptionError(
      'cookie',
      `"${name}" lacks the prefix "__Host-", so a sibling domain could overwrite it: rename it, ` +
        'or set dangerouslyAllowUnprefixedCookie',
    )
  }
  const origins = readOrigins(options, 'origin', insecure)
  if (origins.size === 0) {
    const what = options.origin === undefined ? 'is required with "cookie"' : 'is an empty list'
    throw new OptionError(
      'origin',
      `${what}: give the origin of your pages, such as "https://app.example.com"`,
    )
  }
  if (insecure && ![...origins].every((origin) => isLoopback(new URL(origin).hostname))) {
    throw new OptionError(
      'insecureLocalhost',
      'is for this machine only: "origin" names another host, whose cookies would lack Secure and "__Host-"',
    )
  }
  return Object.freeze({
    name,
    origins,
    allowedOrigins: readOrigins(options, 'allowedOrigins', insecure),
    csrf: options.csrfSecrets === undefined ? undefined : createCsrfTokens(options.csrfSecrets),
  })
}
