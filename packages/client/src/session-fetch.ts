import type { Renewal } from './renewal.ts'
import { SessionError } from './session-error.ts'
import type { State } from './state.ts'

/** Sends a request, and renews the session where that helps. */
export type SessionFetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>

/** Adds the CSRF token to an unsafe request of our own origin. */
export type Sign = (request: Request) => Request

/**
 * A token for our own server only: with the mode `same-origin`, the browser refuses to follow a redirect that would
 * carry the header to another one.
 */
export function createSign(state: Pick<State<unknown>, 'current'>): Sign {
  return (request) => {
    const token = state.current?.csrfToken
    if (token === undefined || /^(?:GET|HEAD|OPTIONS)$/.test(request.method)) return request
    const signed = new Request(request, { mode: 'same-origin' })
    signed.headers.set('X-CSRF-Token', token)
    return signed
  }
}

/** Makes the `fetch` of a session. What it promises is said at `Session.fetch`. */
export function createSessionFetch(
  send: (request: Request) => Promise<Response>,
  sign: Sign,
  base: string,
  state: Pick<State<unknown>, 'current' | 'isExpired' | 'status' | 'version'>,
  { renewUnlessPaused }: Pick<Renewal<unknown>, 'renewUnlessPaused'>,
): SessionFetch {
  return async (input, init) => {
    const request = new Request(input, init)
    if (new URL(request.url).origin !== new URL(base).origin) return send(request)
    const before = state.current
    // What was begun as one user is not done as another, who signed in meanwhile.
    const isAnother = (): boolean => before !== undefined && state.current?.sessionId !== before.sessionId
    if (state.isExpired()) await renewUnlessPaused()
    if (state.current && isAnother()) throw new SessionError('session_changed')

    const spare = isStream(init?.body) ? undefined : request.clone()
    const { version } = state
    const response = await send(sign(request))
    if (!mayRenew(response) || state.status === 'signed-out') return response

    // Another request may have noticed first: then its renewal serves this one too.
    await renewUnlessPaused(version)
    if (!spare || !state.current || isAnother()) return response
    await response.body?.cancel()
    return send(sign(spare))
  }
}

const isStream = (body: unknown): boolean =>
  (body as { readonly getReader?: unknown } | null | undefined)?.getReader !== undefined

/** Whether a new token may help. Where a new login is asked for (RFC 9470 section 3), it would be no newer than this one. */
export function mayRenew({ status, headers }: Response): boolean {
  return status === 401 && !/insufficient_user_authentication/.test(headers.get('WWW-Authenticate') ?? '')
}
