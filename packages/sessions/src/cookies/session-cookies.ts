import { stringifySetCookie } from 'cookie'
import type { SessionTokens } from '../token/mint.ts'
import type { CookieSettings } from './cookie-options.ts'

/** Writes and clears the cookies of a session, as values of `Set-Cookie`. */
export interface SessionCookies {
  readonly accessName: string
  readonly refreshName: string
  /** The name of a cookie that lives a few seconds. It means: this page was just reloaded with new cookies. */
  readonly renewedName: string
  /**
   * Checks that browsers would keep the cookie of this access token.
   * @throws `CookieTooLargeError`
   */
  assertFits(accessToken: string): void
  /**
   * Both cookies, each with the lifetime of its token.
   * @param now milliseconds since the epoch
   * @throws `CookieTooLargeError`
   */
  write(tokens: SessionTokens, now: number): readonly string[]
  /** The same names and attributes with an empty value (RFC 6265 section 5.3, step 11): the browser removes both. */
  clear(): readonly string[]
  /** Sets the cookie of `renewedName`. */
  renewed(): string
}

/** The cookie is larger than browsers keep (RFC 6265 section 6.1); they would silently drop it. */
export class CookieTooLargeError extends Error {
  constructor(name: string, bytes: number) {
    super(
      `countersign: the cookie "${name}" has ${bytes} bytes, and browsers keep ${MAX_BYTES}: put less into the token's claims`,
    )
    this.name = 'CookieTooLargeError'
  }
}

const MAX_BYTES = 4_096
const RENEWED_SECONDS = 10

/**
 * Cookies that scripts cannot read, that other hosts cannot set, and that browsers send from other sites at most when
 * the user follows a link.
 */
export function createSessionCookies({
  names,
  sameSite,
  insecureLocalhost,
}: Pick<CookieSettings, 'names' | 'sameSite' | 'insecureLocalhost'>): SessionCookies {
  const { access: accessName, refresh: refreshName } = names
  const renewedName = `${refreshName}-renewed`
  // `__Host-` requires Secure, Path=/ and no Domain (draft-ietf-httpbis-rfc6265bis section 4.1.3.2).
  const attributes = { path: '/', httpOnly: true, secure: !insecureLocalhost, sameSite } as const

  function assertFits(name: string, value: string): void {
    const bytes = name.length + value.length
    if (bytes > MAX_BYTES) throw new CookieTooLargeError(name, bytes)
  }

  function line(name: string, value: string, maxAge: number): string {
    assertFits(name, value)
    return stringifySetCookie({ name, value, maxAge, ...attributes })
  }

  return {
    accessName,
    refreshName,
    renewedName,
    assertFits: (accessToken) => assertFits(accessName, accessToken),
    write({ accessToken, accessTokenExpiresAt, refreshToken, session }, now) {
      const seconds = (until: number): number => Math.max(1, Math.floor((until - now) / 1_000))
      return [
        line(accessName, accessToken, seconds(accessTokenExpiresAt)),
        line(refreshName, refreshToken, seconds(session.idleExpiresAt)),
      ]
    },
    clear: () => [line(accessName, '', 0), line(refreshName, '', 0)],
    renewed: () => line(renewedName, '1', RENEWED_SECONDS),
  }
}
