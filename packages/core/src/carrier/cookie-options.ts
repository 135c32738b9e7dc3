import type { NamesOf } from '../base/assert-names.ts'
import type { CsrfSecret } from './csrf-token.ts'

/** Options for cookies. Without `cookie`, setting any of the others is an error, since it would have no effect. */
export interface CookieOptions {
  /**
   * Also accepts tokens from a cookie: `true` for `__Host-access`, or the name of the cookie. Makes `origin`
   * required. The `Authorization` header has priority. Default false.
   */
  readonly cookie?: boolean | string
  /**
   * Own origins, such as `https://app.example.com`: those under which browsers reach this server. Pages of any other
   * origin, sibling subdomains included, go into `allowedOrigins`. Required with `cookie`, and an error without it.
   * Default none.
   */
  readonly origin?: string | readonly string[]
  /** Foreign origins whose pages may send unsafe requests with the cookie, listed one by one. Default none. */
  readonly allowedOrigins?: readonly string[]
  /**
   * Secrets of CSRF tokens (`X-CSRF-Token`), at least 32 bytes each, at most 16, for clients that send no `Origin`.
   * The first one signs, all verify. Default: no CSRF token is accepted.
   */
  readonly csrfSecrets?: readonly CsrfSecret[]
  /**
   * Allows http in `origin` on this machine, and a cookie name without `__Host-`, for development. With `cookie`,
   * throws if `NODE_ENV` is `production`, or if `origin` is on another machine. Default false.
   */
  readonly insecureLocalhost?: boolean
  /** Accepts a cookie without the `__Host-` prefix, which sibling domains can overwrite. Default false. */
  readonly dangerouslyAllowUnprefixedCookie?: boolean
}

export const COOKIE_OPTION_NAMES: NamesOf<CookieOptions> = {
  cookie: true,
  origin: true,
  allowedOrigins: true,
  csrfSecrets: true,
  insecureLocalhost: true,
  dangerouslyAllowUnprefixedCookie: true,
}
