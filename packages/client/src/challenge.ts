/**
 * Whether a new access token may help: a 401 of the server's token check, with a challenge for Bearer or DPoP (RFC 6750
 * section 3, RFC 9449 section 7.1) and no error but `invalid_token`. Any other 401 is the application's own: its
 * handler has run, and must not run again. So is one that asks for a new login (RFC 9470 section 3), as the token of a
 * renewal is of the same login.
 */
export function mayRenew({ status, headers }: Pick<Response, 'status' | 'headers'>): boolean {
  // without quoted texts, so that no scheme or error within them counts
  const challenges =
    headers.get('WWW-Authenticate')?.replaceAll(/"(invalid_token)"|"(?:[^"\\]|\\.)*"/g, '$1') ?? ''
  return (
    status === 401 &&
    /(?:^|,)\s*(?:bearer|dpop)(?![^\s,])/i.test(challenges) &&
    !/\berror\s*=(?!\s*invalid_token\b)/i.test(challenges)
  )
}
