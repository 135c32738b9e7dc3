import { Failure } from '../refusal/failure.ts'
import type { CookiePolicy } from './cookie-policy.ts'
import type { Credential } from '../request/read-credential.ts'
import { isSafeMethod, type RequestView } from '../request/view.ts'

/** The result of the check: admitted, or admitted if this CSRF token belongs to the session of the token. */
export type CarrierVerdict = 'admitted' | { readonly csrfToken: string }

/**
 * Step 3. A browser attaches cookies by itself, so a cookie says nothing about the page that sent the request: an
 * unsafe request needs proof of its origin (RFC 10017 section 6.1.3.3). Headers need no proof, because a foreign page
 * cannot set them.
 */
export function admitCarrier(
  view: RequestView,
  credential: Credential,
  cookie: CookiePolicy | undefined,
): CarrierVerdict | Failure {
  if (credential.carrier !== 'cookie' || cookie === undefined) return 'admitted'
  if (isSafeMethod(view.method) && !isWebSocketUpgrade(view)) return 'admitted'
  return admitUnsafe(view, cookie)
}

/** The check itself, for all unsafe requests, with or without a credential (login has none). */
export function admitUnsafe(view: RequestView, cookie: CookiePolicy): CarrierVerdict | Failure {
  if (hasOriginProof(view, cookie)) return 'admitted'
  if (cookie.csrf !== undefined) {
    const tokens = view.header('x-csrf-token')
    if (tokens.length === 1) return { csrfToken: tokens[0]! }
  }
  return new Failure('cross_site_rejected')
}

function hasOriginProof(view: RequestView, { origins, allowedOrigins }: CookiePolicy): boolean {
  const sites = view.header('sec-fetch-site')
  const from = view.header('origin')
  if (sites.length > 1 || from.length > 1) return false
  const origin = from[0]
  switch (sites[0]) {
    case 'same-origin':
      return true
    case 'same-site':
    case 'cross-site':
      return origin !== undefined && allowedOrigins.has(origin)
    case undefined:
    case 'none':
      // An old browser, or another client: only `Origin` can prove its origin. `null` is in neither set.
      return origin !== undefined && (origins.has(origin) || allowedOrigins.has(origin))
    default:
      return false
  }
}

/** RFC 6455 section 4.1. A WebSocket handshake is a GET, but it opens a channel on which everything can be done. */
function isWebSocketUpgrade(view: RequestView): boolean {
  return view.header('upgrade').some((value) => value.toLowerCase().includes('websocket'))
}
