import type { NamesOf } from '../base/assert-names.ts'
import type { CsrfSecret } from './csrf-token.ts'

/** Options that concern cookies. Without `cookie` none of the others may be set, since none would do anything. */
export interface CookieOptions {
  /**
   * Also takes tokens from a cookie: `true` for `__Host-access`, or its name. Makes `origin` required.
   * The `Authorization` header beats it. Default false.
   */
  readonly cookie?: boolean | string
  /**
   * Own origins, such as `https://app.example.com`: those under which browsers reach this server. Pages of any other
   * origin, sibling subdomains included, go into `allowedOrigins`. Required with `cookie`, and an error without it.
   * Default none.
   */
  readonly origin?: string | readonly string[]
  /** Foreign origins whose pages may act with the cookie, each spelled out. Default none. */
  readonly allowedOrigins?: readonly string[]
  /**
   * Secrets of CSRF tokens (`X-CSRF-Token`), at least 32 bytes each, at most 16, for clients that send no `Origin`. The first one
   * mints, all verify. Default: no such token is taken.
   */
  readonly csrfSecrets?: readonly CsrfSecret[]
  /**
   * Lets `origin` be http on this machine, and the cookie's name lack `__Host-`, for development. With `cookie`, throws
   * where `NODE_ENV` is `production`, or where `origin` is on another machine. Default false.
   */
  readonly insecureLocalhost?: boolean
  /** Takes a cookie without the `__Host-` prefix, which sibling domains can overwrite. Default false. */
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
