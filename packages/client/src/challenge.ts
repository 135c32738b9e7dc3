/**
 * Whether a new access token may help. It may after a 401 of the server's token check: the response has a challenge for
 * Bearer or DPoP (RFC 6750 section 3, RFC 9449 section 7.1), and no error other than `invalid_token`. Any other 401
 * comes from the application: its handler has run, and must not run again. A request for a new login (RFC 9470 section
 * 3) does not count either, because a renewed token belongs to the same login.
 */
export function mayRenew({ status, headers }: Pick<Response, 'status' | 'headers'>): boolean {
  // quoted texts are removed, so that a scheme or an error inside them does not count
  const challenges =
    headers.get('WWW-Authenticate')?.replaceAll(/"(invalid_token)"|"(?:[^"\\]|\\.)*"/g, '$1') ?? ''
  return (
    status === 401 &&
    /(?:^|,)\s*(?:bearer|dpop)(?![^\s,])/i.test(challenges) &&
    !/\berror\s*=(?!\s*invalid_token\b)/i.test(challenges)
  )
}
