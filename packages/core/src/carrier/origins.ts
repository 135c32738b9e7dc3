import { hasUserInfo, isLoopback } from '../base/hosts.ts'
import { OptionError } from '../base/option-error.ts'
import type { CookieOptions } from './cookie-options.ts'
import { stringList } from '../base/assert-options.ts'

/** Origins in the form that browsers send (RFC 6454 section 6.1), so that comparing is exact. */
export function readOrigins(
  options: CookieOptions,
  option: 'origin' | 'allowedOrigins',
  insecureLocalhost: boolean,
): ReadonlySet<string> {
  const value: unknown = options[option]
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return new Set()
  const origins = stringList(options, option)
  for (const origin of origins) {
    const url = URL.canParse(origin) ? new URL(origin) : undefined
    if (url !== undefined && hasUserInfo(url)) {
      throw new OptionError(option, 'has a user name or password in it, which browsers never send: remove it')
    }
    if (url === undefined || url.origin === 'null') {
      throw new OptionError(option, `"${origin}" is not an origin: write "https://app.example.com"`)
    }
    // Browsers never send a wildcard, so it would silently match nothing.
    if (origin.includes('*'))
      throw new OptionError(option, `"${origin}" contains a wildcard: list each origin`)
    if (url.origin !== origin) {
      throw new OptionError(
        option,
        `"${origin}" is not in the form that browsers send: write "${url.origin}"`,
      )
    }
    if (url.protocol === 'https:') continue
    if (url.protocol !== 'http:' || !isLoopback(url.hostname)) {
      throw new OptionError(option, `"${origin}" is not https: serve it over https`)
    }
    if (!insecureLocalhost) {
      throw new OptionError(option, `"${origin}" is not https: for development set insecureLocalhost: true`)
    }
  }
  return new Set(origins)
}
