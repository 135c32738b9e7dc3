import { mayRenew } from './challenge.ts'
import { untilAborted } from './deadline.ts'
import { browser } from './platform.ts'
import type { Questions } from './questions.ts'
import type { Renewal } from './renewal.ts'
import { SessionError } from './session-error.ts'
import type { State } from './state.ts'

/** Sends a request, and renews the session if that helps. */
export type SessionFetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>

/** Adds the CSRF token to an unsafe request of our own origin. */
export type Sign = (request: Request) => Request

const isSafe = ({ method }: Request): boolean => /^(?:GET|HEAD|OPTIONS)$/.test(method)

/**
 * Adds the token only for our own server: with the mode `same-origin`, the browser does not follow a redirect that
 * would send the header to another origin.
 */
export function createSign(state: Pick<State<unknown>, 'current'>): Sign {
  return (request) => {
    const token = state.current?.csrfToken
    if (token === undefined || isSafe(request)) return request
    const signed = new Request(request, { mode: 'same-origin' })
    signed.headers.set('X-CSRF-Token', token)
    return signed
  }
}

/**
 * Returns a function that says whether another user has signed in since: a request that one user started must not be
 * sent as another.
 */
function watchUser(state: Pick<State<unknown>, 'current'>): () => boolean {
  const before = state.current?.sessionId
  return () => !!before && !!state.current && state.current.sessionId !== before
}

/** Creates the `fetch` of a session. `Session.fetch` documents its behavior. */
export function createSessionFetch(
  send: (request: Request) => Promise<Response>,
  sign: Sign,
  base: string,
  state: Pick<State<unknown>, 'current' | 'status' | 'timeLeft' | 'version'>,
  { renewUnlessPaused }: Pick<Renewal<unknown>, 'renewUnlessPaused'>,
  { settle }: Pick<Questions<unknown>, 'settle'>,
): SessionFetch {
  return async (input, init) => {
    const { document, location } = browser()
    // resolve relative addresses here: the `Request` of Node, in tests of pages, does not know the page's address
    const whole = input instanceof Request ? input : new URL(input, document?.baseURI ?? location?.href)
    const request = new Request(whole, init)
    if (new URL(request.url).origin !== new URL(base).origin) return send(request)
    const isAnother = watchUser(state)
    const isAction = !isSafe(request)
    const wait = <T>(work: Promise<T>): Promise<T> => untilAborted(work, request.signal)
    async function renew(since?: number): Promise<void> {
      await renewUnlessPaused(since)
      await settle(isAction)
    }
    await wait(settle(isAction))
    if (state.timeLeft() <= 0) await wait(renew())
    if (isAnother()) throw new SessionError('session_changed')

    const spare = isStream(init?.body) ? undefined : request.clone()
    const { version } = state
    const response = await send(sign(request))
    if (!mayRenew(response) || state.status === 'signed-out') return response

    // Another request may have started the renewal already: then this one uses its result.
    await wait(renew(version))
    if (!spare || !state.current || isAnother()) return response
    await response.body?.cancel()
    return send(sign(spare))
  }
}

const isStream = (body: unknown): boolean =>
  (body as { readonly getReader?: unknown } | null | undefined)?.getReader !== undefined
