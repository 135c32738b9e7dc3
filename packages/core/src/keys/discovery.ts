import { fetchJson, FetchError, type FetchJsonOptions } from './fetch-json.ts'
import { isAllowedKeyUrl } from './key-url.ts'
import { isLoopback } from '../base/hosts.ts'

/**
 * Finds an issuer's key set: OpenID Connect Discovery 1.0 section 4, then RFC 8414 section 3.
 * The document must name exactly this issuer, or its keys would vouch for another one (RFC 8414 section 3.3).
 */
export async function discoverJwksUri(
  issuer: string,
  options: FetchJsonOptions & { readonly allowHttp: ReadonlySet<string> },
): Promise<URL> {
  let failure: unknown
  for (const url of metadataUrls(issuer)) {
    try {
      const { jwksUri, ...metadata } = await fetchMetadata(url, options)
      if (metadata.issuer !== issuer) throw new FetchError(url, 'its "issuer" is not the configured one')
      return readJwksUri(jwksUri, url, options.allowHttp)
    } catch (error) {
      failure ??= error
      // Only "not here" leads on; a server in trouble is asked again later, at the same address.
      if (error instanceof FetchError && error.status !== undefined && error.status < 500) continue
      throw error
    }
  }
  throw failure
}

/**
 * Whatever names no key set is not the metadata: servers answer paths that they do not know with 200 and a page, or with
 * `{}`.
 */
async function fetchMetadata(
  url: URL,
  options: FetchJsonOptions,
): Promise<{ readonly issuer: unknown; readonly jwksUri: string }> {
  const { body } = await fetchJson(url, options)
  const { issuer, jwks_uri: jwksUri } = body
  if (typeof jwksUri === 'string') return { issuer, jwksUri }
  throw new FetchError(url, 'answered no metadata: there is no "jwks_uri"', { status: 200 })
}

function metadataUrls(issuer: string): URL[] {
  const { origin, pathname } = new URL(issuer)
  const path = pathname.endsWith('/') ? pathname.slice(0, -1) : pathname
  return [
    new URL(`${origin}${path}/.well-known/openid-configuration`),
    new URL(`${origin}/.well-known/oauth-authorization-server${path}`),
  ]
}

function readJwksUri(value: string, from: URL, allowHttp: ReadonlySet<string>): URL {
  const url = URL.canParse(value) ? new URL(value) : undefined
  // A public issuer has no business to point at this machine's own http services.
  const pointsInside = url !== undefined && isLoopback(url.hostname) && !isLoopback(from.hostname)
  if (url === undefined || pointsInside || !isAllowedKeyUrl(url, allowHttp)) {
    throw new FetchError(from, 'its "jwks_uri" is not allowed: https is required')
  }
  return url
}
