/** Metadata of an authorization server (RFC 8414 section 2), limited to the members that an issuer has. */
export interface ServerMetadata {
  readonly issuer: string
  readonly jwks_uri?: string
  /** Required by the RFC. Empty, since there is no authorization endpoint. */
  readonly response_types_supported: readonly string[]
}

/** Appends a path to the issuer's URL, which may end with a slash. */
function under(issuer: string, path: string): string {
  return issuer.replace(/\/$/, '') + path
}

/** The metadata of an issuer; without a key set if it has a shared secret. */
export function serverMetadata(url: URL, issuer: string, algorithm: string): ServerMetadata {
  return {
    issuer,
    ...(algorithm === 'HS256' ? undefined : { jwks_uri: under(url.href, '/.well-known/jwks.json') }),
    response_types_supported: [],
  }
}

/** The paths of the two documents. That of the metadata comes before the issuer's path (RFC 8414 section 3.1). */
export function pathsOf(url: URL): { readonly jwks: string; readonly metadata: string } {
  const path = url.pathname.replace(/\/$/, '')
  return { jwks: `${path}/.well-known/jwks.json`, metadata: `/.well-known/oauth-authorization-server${path}` }
}
