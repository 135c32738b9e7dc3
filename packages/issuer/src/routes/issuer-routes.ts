import { createHash } from 'node:crypto'
import { StoreUnavailableError } from '@countersign/stores'
import {
  toHeaderList,
  type HandlerRequest,
  type HandlerResponse,
  type RouteHandler,
} from '@countersign/core/toolkit'
import type { KeyPublisher } from '../keys/published-keys.ts'
import { pathsOf, serverMetadata } from './metadata.ts'

/** Seconds that clients may cache the metadata, which changes only with a deployment. */
const METADATA_MAX_AGE = 3_600

/**
 * The routes of an issuer. Both documents are public, so any origin may read them. Each request makes a new key set, since
 * its content depends on the time.
 */
export function issuerRoutes(url: URL, issuer: string, source: KeyPublisher): RouteHandler {
  const paths = pathsOf(url)
  const metadata = JSON.stringify(serverMetadata(url, issuer, source.algorithm))
  const documents = new Map<string, () => Promise<{ body: string; maxAge: number; type: string }>>([
    [paths.metadata, async () => ({ body: metadata, maxAge: METADATA_MAX_AGE, type: 'application/json' })],
  ])
  if (source.algorithm !== 'HS256') {
    documents.set(paths.jwks, async () => {
      const { set, maxAge } = await source.publish()
      return { body: JSON.stringify(set), maxAge, type: 'application/jwk-set+json' }
    })
  }
  return {
    routes: [...documents.keys()].map((path) => ({ method: 'GET', path })),
    async handle(request) {
      const document = documents.get(request.path)
      if (document === undefined) return undefined
      const { method } = request.view
      if (method !== 'GET' && method !== 'HEAD')
        return problem(405, 'Method Not Allowed', { Allow: 'GET, HEAD' })
      try {
        const { body, maxAge, type } = await document()
        return respond(request, body, { 'Content-Type': type, 'Cache-Control': `public, max-age=${maxAge}` })
      } catch (error) {
        if (error instanceof StoreUnavailableError)
          return problem(503, 'Service Unavailable', { 'Retry-After': '5' })
        throw error
      }
    },
  }
}

/** RFC 9110 section 13.1.2: a body that the client has already is not sent again. */
function respond({ view }: HandlerRequest, body: string, headers: Record<string, string>): HandlerResponse {
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
  const all = toHeaderList({
    ...headers,
    ETag: etag,
    'Access-Control-Allow-Origin': '*',
    'X-Content-Type-Options': 'nosniff',
  })
  const known = view
    .header('if-none-match')
    .join(',')
    .split(',')
    .map((tag) => tag.trim().replace(/^W\//, ''))
  if (known.includes(etag) || known.includes('*')) return { status: 304, headers: all, body: undefined }
  return { status: 200, headers: all, body: view.method === 'HEAD' ? undefined : body }
}

function problem(status: number, title: string, headers: Record<string, string>): HandlerResponse {
  const all = { 'Content-Type': 'application/problem+json', 'Cache-Control': 'no-store', ...headers }
  return { status, headers: toHeaderList(all), body: JSON.stringify({ title, status }) }
}
