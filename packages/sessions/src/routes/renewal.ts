import type { Authenticator } from '@countersign/core'
import { StoreUnavailableError } from '@countersign/stores'
import {
  OptionError,
  readCookies,
  toHeaderList,
  type HandlerRequest,
  type RouteHandler,
} from '@countersign/core/toolkit'
import { createSessionCookies } from '../cookies/session-cookies.ts'
import type { Refresh } from '../service/refresh.ts'
import type { SessionAccess } from '../token/mint.ts'
import type { RoutesPolicy } from './route-context.ts'

/** Refusals that a new access token can resolve. */
const RENEWABLE: ReadonlySet<string> = new Set(['credential_missing', 'token_expired'])

/**
 * For pages rendered by a server: if a browser opens a page with an expired access cookie and a valid refresh cookie,
 * this renews both and redirects to the same page. Only for navigations that start with the user or on our own pages.
 * All other requests, and those whose renewal fails, go on to the routes behind.
 */
export function createRenewal(
  refresh: Refresh,
  { cookies: settings, token }: RoutesPolicy,
  authenticator: Authenticator,
  now: () => number,
): RouteHandler {
  if (settings.cookie === undefined)
    throw new OptionError('origin', 'is required for renewal, which needs cookies')
  const cookies = createSessionCookies(settings)
  const prepare = async ({ accessToken }: SessionAccess): Promise<void> => cookies.assertFits(accessToken)
  return {
    routes: 'all',
    async handle(request) {
      if (!isOwnNavigation(request) || !isPathOfOurs(request.view.url())) return undefined
      const [refreshToken, ...others] = readCookies(request.view.header('cookie'), cookies.refreshName)
      if (refreshToken === undefined || others.length > 0) return undefined
      // The browser was redirected here a moment ago and still has no access token: it does not keep our cookies.
      if (readCookies(request.view.header('cookie'), cookies.renewedName).length > 0) return undefined
      const outcome = await authenticator.authenticate(request.view)
      if (outcome.type !== 'refused' || !RENEWABLE.has(outcome.refusal.body.code)) return undefined
      try {
        const result = await refresh(refreshToken, { ip: request.ip }, token.claims && prepare)
        if (result.type === 'refused') return undefined
        const headers = toHeaderList({
          Location: request.view.url(),
          'Cache-Control': 'no-store',
          Vary: 'Cookie',
          'Set-Cookie': [...cookies.write(result.tokens, now()), cookies.renewed()],
        })
        return { status: 303, headers, body: undefined }
      } catch (error) {
        if (error instanceof StoreUnavailableError) return undefined
        throw error
      }
    },
  }
}

/** Fetch Metadata (W3C): the user opens a page by one of our links, by its address, or by reloading. */
function isOwnNavigation({ view }: HandlerRequest): boolean {
  const only = (name: string): string | undefined => {
    const values = view.header(name)
    return values.length === 1 ? values[0] : undefined
  }
  const site = only('sec-fetch-site')
  return (
    view.method === 'GET' &&
    only('sec-fetch-mode') === 'navigate' &&
    only('sec-fetch-dest') === 'document' &&
    (site === 'same-origin' || site === 'none')
  )
}

/**
 * `//host` and `/\host` are addresses of other servers (WHATWG URL), even with a tab inside: we never redirect to them.
 */
function isPathOfOurs(url: string): boolean {
  return /^\/(?![/\\])[\x21-\x7e]*$/.test(url)
}
