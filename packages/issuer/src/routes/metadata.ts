/** Metadata of an authorization server (RFC 8414 section 2), as far as an issuer alone has any. */
export interface ServerMetadata {
  readonly issuer: string
  readonly jwks_uri?: string
  /** Required by the RFC. There is no authorization endpoint, so there are none. */
  readonly response_types_supported: readonly string[]
}

/** The issuer's URL with something behind it, whether it ends with a slash or not. */
function under(issuer: string, path: string): string {
  return issuer.replace(/\/$/, '') + path
}

/** The metadata of an issuer; without a key set where its secret is shared. */
export function serverMetadata(url: URL, issuer: string, algorithm: string): ServerMetadata {
  return {
    issuer,
    ...(algorithm === 'HS256' ? undefined : { jwks_uri: under(url.href, '/.well-known/jwks.json') }),
    response_types_supported: [],
  }
}

/** The paths of the two documents: the metadata's is in front of the issuer's path (RFC 8414 section 3.1). */
export function pathsOf(url: URL): { readonly jwks: string; readonly metadata: string } {
  const path = url.pathname.replace(/\/$/, '')
  return { jwks: `${path}/.well-known/jwks.json`, metadata: `/.well-known/oauth-authorization-server${path}` }
}
