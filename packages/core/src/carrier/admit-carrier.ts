import { Failure } from '../refusal/failure.ts'
import type { CookiePolicy } from './cookie-policy.ts'
import type { Credential } from '../request/read-credential.ts'
import { isSafeMethod, type RequestView } from '../request/view.ts'

/** What the gate says: come in, or come in if this CSRF token belongs to the session of the token. */
export type CarrierVerdict = 'admitted' | { readonly csrfToken: string }

/**
 * Step 3. A browser attaches cookies by itself, so a cookie proves nothing about who made the page that sent the
 * request: an unsafe request needs proof of its origin (RFC 10017 section 6.1.3.3). Headers need none, because no
 * foreign page can set them.
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

/** The gate proper, for requests that change something, credentials or not (login has none). */
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
      // An old browser, or a client that is none: its Origin must speak for it. `null` is in neither set.
      return origin !== undefined && (origins.has(origin) || allowedOrigins.has(origin))
    default:
      return false
  }
}

/** RFC 6455 section 4.1. A WebSocket handshake is a GET, yet opens a channel on which everything can be done. */
function isWebSocketUpgrade(view: RequestView): boolean {
  return view.header('upgrade').some((value) => value.toLowerCase().includes('websocket'))
}
