import { startDeadline } from './deadline.ts'
import { readDocument, type SessionDocument } from './document.ts'
import type { Platform } from './platform.ts'
import { isSessionError, SessionError } from './session-error.ts'

/** A response of the session routes, with its body. */
export interface Reply {
  readonly response: Response
  /** The parsed body; `undefined` if it is not JSON. */
  readonly body: unknown
}

/** A call to one of the session routes. Rejects with a {@link SessionError} if no response arrives. */
export type Call = (method: string, path: string, options?: CallOptions) => Promise<Reply>

/** Options of a call. */
export interface CallOptions {
  readonly body?: unknown
  readonly signal?: AbortSignal | undefined
  /** Sends the request. Default: the browser's fetch, with the CSRF token. */
  readonly via?: ((request: Request) => Promise<Response>) | undefined
}

/** Makes calls that end within `timeout` milliseconds, so that a server that hangs does not block all tabs. */
export function createCall(
  { fetch, timers }: Required<Platform>,
  base: string,
  timeout: number,
  sign: (request: Request) => Request,
): Call {
  const send = (request: Request): Promise<Response> => fetch(sign(request))
  return async (method, path, { body, signal: outer, via = send } = {}) => {
    const { signal, lift } = startDeadline(timers, timeout, outer)
    try {
      const response = await via(
        new Request(base + path, {
          method,
          signal,
          // a redirect must not receive the credentials
          redirect: 'error',
          ...(body !== undefined && {
            body: JSON.stringify(body),
            headers: { 'Content-Type': 'application/json' },
          }),
        }),
      )
      return { response, body: parse(await response.text()) }
    } catch (cause) {
      // after an abort, the abort reason is more useful than the error of `fetch`
      if (signal.aborted) throw signal.reason
      throw isSessionError(cause) ? cause : new SessionError('unreachable', { cause })
    } finally {
      lift()
    }
  }
}

/** The session in a response. Throws a {@link SessionError} if there is none. */
export function toDocument<User>(reply: Reply): SessionDocument<User> {
  const document = reply.response.ok ? readDocument<User>(reply.body) : undefined
  if (!document) throw toError(reply)
  return document
}

/** The `code` of a problem document, and the id of the session it is about. */
export function problemOf({ body }: Reply): { readonly code?: unknown; readonly sessionId?: string } {
  return Object(body)
}

/** The error for a response that is not a success. */
export function toError(reply: Reply): SessionError {
  const { status, ok, headers } = reply.response
  const { code } = problemOf(reply)
  const wait = headers.get('Retry-After')
  return new SessionError(ok ? 'answer_invalid' : typeof code === 'string' ? code : 'refused', {
    status,
    retryAfter: wait && /^\d+$/.test(wait) ? Number(wait) : undefined,
    data: reply.body,
  })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
