import { fetchJson, FetchError, type FetchJsonOptions } from './fetch-json.ts'
import { isAllowedKeyUrl } from './key-url.ts'
import { isLoopback } from '../base/hosts.ts'

/**
 * Finds an issuer's key set: OpenID Connect Discovery 1.0 section 4, then RFC 8414 section 3.
 * The document must name exactly this issuer: keys of another issuer must not be accepted (RFC 8414 section 3.3).
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
      // Only "not found" tries the next URL. After a server error the same URL is tried again later.
      if (error instanceof FetchError && error.status !== undefined && error.status < 500) continue
      throw error
    }
  }
  throw failure
}

/**
 * A document without a key set is not the metadata: for unknown paths some servers return 200 with a page, or `{}`.
 */
async function fetchMetadata(
  url: URL,
  options: FetchJsonOptions,
): Promise<{ readonly issuer: unknown; readonly jwksUri: string }> {
  const { body } = await fetchJson(url, options)
  const { issuer, jwks_uri: jwksUri } = body
  if (typeof jwksUri === 'string') return { issuer, jwksUri }
  throw new FetchError(url, 'returned no metadata: "jwks_uri" is missing', { status: 200 })
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
  // A public issuer must not point to http services on this machine.
  const pointsInside = url !== undefined && isLoopback(url.hostname) && !isLoopback(from.hostname)
  if (url === undefined || pointsInside || !isAllowedKeyUrl(url, allowHttp)) {
    throw new FetchError(from, 'its "jwks_uri" is not allowed: https is required')
  }
  return url
}
