import { stringifySetCookie } from 'cookie'
import type { SessionTokens } from '../token/mint.ts'
import type { CookieSettings } from './cookie-options.ts'

/** Writes and clears the cookies of a session, as values of `Set-Cookie`. */
export interface SessionCookies {
  readonly accessName: string
  readonly refreshName: string
  /** Says for a few seconds that a page was just sent back here with new cookies. */
  readonly renewedName: string
  /**
   * Whether browsers would keep the cookie of this access token.
   * @throws `CookieTooLargeError`
   */
  assertFits(accessToken: string): void
  /**
   * Both cookies, each for as long as it is of use.
   * @param now milliseconds since the epoch
   * @throws `CookieTooLargeError`
   */
  write(tokens: SessionTokens, now: number): readonly string[]
  /** The same names and attributes with nothing in them (RFC 6265 section 5.3, step 11): a browser removes both. */
  clear(): readonly string[]
  /** Sets the cookie of `renewedName`. */
  renewed(): string
}

/** A cookie is larger than browsers keep (RFC 6265 section 6.1); they would drop it without a word. */
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

/** Cookies that no script reads, no other host sets, and no foreign page has sent along with more than a link. */
export function createSessionCookies({
  names,
  sameSite,
  insecureLocalhost,
}: Pick<CookieSettings, 'names' | 'sameSite' | 'insecureLocalhost'>): SessionCookies {
  const { access: accessName, refresh: refreshName } = names
  const renewedName = `${refreshName}-renewed`
  // `__Host-` demands Secure, Path=/ and no Domain (draft-ietf-httpbis-rfc6265bis section 4.1.3.2).
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
