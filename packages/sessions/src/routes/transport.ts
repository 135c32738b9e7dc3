import {
  admitUnsafe,
  Failure,
  memberOf,
  readCookies,
  refuse,
  type CookiePolicy,
  type CsrfTokens,
  type HandlerRequest,
  type HandlerResponse,
} from '@countersign/core/toolkit'
import type { SessionCookies } from '../cookies/session-cookies.ts'
import type { SessionAccess, SessionTokens } from '../token/mint.ts'
import type { RefreshTokens } from '../token/refresh-token.ts'
import { toResponse, type Headers } from './responses.ts'
import { problem } from './problems.ts'

/** The properties of a route that matter for admitting a request. */
export interface AdmittedRoute {
  /** Whether the route changes something. */
  readonly isUnsafe: boolean
  /** Whether the request belongs to a session that already exists: every route except login. */
  readonly hasSession: boolean
}

/** How one mount reads and writes tokens. */
export interface Transport {
  /** Whether a request may be processed: `undefined`, or the response that rejects it. */
  admit(request: HandlerRequest, route: AdmittedRoute): Promise<HandlerResponse | undefined>
  /** Whether the request contains nothing that could belong to a session. */
  isEmpty(request: HandlerRequest): boolean
  /** The refresh token of the request, or an error response if it cannot be read. */
  refreshToken(request: HandlerRequest): Promise<string | undefined | HandlerResponse>
  /**
   * Checks that the access token fits into a response. Called before the session is rotated.
   * @throws `CookieTooLargeError`
   */
  assertFits(access: SessionAccess): void
  /** Headers and body that carry new tokens. `now` in milliseconds since the epoch. */
  write(tokens: SessionTokens, now: number): { readonly headers: Headers; readonly body: object }
  /** Headers that delete the client's tokens. */
  forget(): Headers
}

/** Tokens only in cookies. Every request that changes something must prove its origin. */
export function cookieTransport(
  policy: CookiePolicy,
  cookies: SessionCookies,
  tokens: RefreshTokens,
): Transport {
  const valuesOf = ({ view }: HandlerRequest, name: string): string[] =>
    readCookies(view.header('cookie'), name)
  const names = [cookies.accessName, cookies.refreshName]
  const cookieOf = (request: HandlerRequest): string | undefined =>
    valuesOf(request, cookies.refreshName)[0] || undefined

  async function isFromOwnPage(request: HandlerRequest, hasSession: boolean): Promise<boolean> {
    const verdict = admitUnsafe(request.view, policy)
    if (verdict === 'admitted') return true
    if (verdict instanceof Failure) return false
    const sid = hasSession ? sessionOf(cookieOf(request), tokens) : undefined
    return isOfSession(policy.csrf, verdict.csrfToken, sid)
  }

  return {
    async admit(request, { isUnsafe, hasSession }) {
      if (isUnsafe && !(await isFromOwnPage(request, hasSession)))
        return toResponse(refuse(new Failure('cross_site_rejected')))
      // Rejected, because it is unclear which of the two is meant.
      const isTwice = names.some((name) => valuesOf(request, name).length > 1)
      return isTwice ? toResponse(refuse(new Failure('credential_ambiguous'))) : undefined
    },
    isEmpty: (request) =>
      request.view.header('authorization').length === 0 &&
      names.every((name) => valuesOf(request, name).every((value) => value === '')),
    refreshToken: async (request) => cookieOf(request),
    assertFits: ({ accessToken }) => cookies.assertFits(accessToken),
    write: (session, now) => ({ headers: { 'Set-Cookie': cookies.write(session, now) }, body: {} }),
    forget: () => ({ 'Set-Cookie': cookies.clear() }),
  }
}

function sessionOf(token: string | undefined, tokens: RefreshTokens): string | undefined {
  if (token === undefined) return undefined
  const read = tokens.read(token)
  return typeof read === 'string' ? undefined : read.sid
}

async function isOfSession(
  csrf: CsrfTokens | undefined,
  token: string,
  sid: string | undefined,
): Promise<boolean> {
  return csrf !== undefined && sid !== undefined && csrf.verify(token, sid)
}

/**
 * Current browsers send some of these with every request; older ones send `Origin` with every request that can change
 * something. `Sec-Fetch-Mode` is not in the list: the `fetch` of Node sends it too, without the others.
 */
const BROWSER_HEADERS = ['origin', 'sec-fetch-site', 'sec-fetch-dest', 'sec-fetch-user'] as const

/**
 * Tokens in JSON, with the names of RFC 6749 section 5.1. Browsers are rejected: scripts should never hold these
 * tokens.
 */
export function bodyTransport(): Transport {
  return {
    async admit({ view }) {
      return BROWSER_HEADERS.some((name) => view.header(name).length > 0)
        ? problem('browser_not_allowed')
        : undefined
    },
    // A native client knows whether it has a session.
    isEmpty: () => false,
    async refreshToken(request) {
      const body = await request.readJson()
      if (body.type !== 'json') return bodyProblem(body.type)
      const token = memberOf(Object(body.value) as object, 'refresh_token')
      if (token === undefined || token === '') return undefined
      return typeof token === 'string' ? token : problem('body_invalid')
    },
    assertFits: () => undefined,
    write: ({ accessToken, accessTokenExpiresAt, refreshToken }, now) => ({
      headers: {},
      body: {
        access_token: accessToken,
        token_type: 'Bearer',
        expires_in: Math.max(0, Math.floor((accessTokenExpiresAt - now) / 1_000)),
        refresh_token: refreshToken,
      },
    }),
    forget: () => ({}),
  }
}

/** The error response for a body that cannot be read. */
export function bodyProblem(type: 'malformed' | 'too_large' | 'wrong_content_type'): HandlerResponse {
  switch (type) {
    case 'malformed':
      return problem('body_invalid')
    case 'too_large':
      return problem('body_too_large')
    case 'wrong_content_type':
      return problem('content_type_unsupported')
  }
}
