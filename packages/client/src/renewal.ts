import { codeOf, toDocument, type Call } from './call.ts'
import type { SessionDocument } from './document.ts'
import { isSessionError, type SessionError } from './session-error.ts'
import type { State } from './state.ts'
import type { TakeTurn } from './turns.ts'

/** What becomes of the session is told to the other tabs. */
export interface Verdicts<User> {
  /** The server gave this document to us. */
  readonly adopt: (document: SessionDocument<User>) => SessionDocument<User> | undefined
  /** The session is over. */
  readonly conclude: (sessionId: string | undefined) => void
}

/** Renewing, once at a time. */
export interface Renewal<User> {
  /** In a turn that is taken already. Resolves to `undefined` where the session is over. */
  readonly refresh: (signal?: AbortSignal) => Promise<SessionDocument<User> | undefined>
  /** Takes a turn, unless the session has changed since that version. */
  readonly renew: (since?: number) => Promise<SessionDocument<User> | undefined>
  /** The same, but leaves a server alone that asked for time. */
  readonly renewUnlessPaused: (since?: number) => Promise<SessionDocument<User> | undefined>
  /** Asks who is signed in. */
  readonly check: () => Promise<SessionDocument<User> | undefined>
  /** Lets someone else go first: gives up the renewal under way, and begins it again after whoever takes a turn now. */
  readonly interrupt: () => void
}

/** Makes the ways in which a session is renewed. */
export function createRenewal<User>(
  call: Call,
  takeTurn: TakeTurn,
  state: State<User>,
  { adopt, conclude }: Verdicts<User>,
  now: () => number,
): Renewal<User> {
  type Result = Promise<SessionDocument<User> | undefined>
  let renewing: Result | undefined
  let checking: Result | undefined
  let attempt: AbortController | undefined
  let pause: { readonly error: SessionError; readonly until: number } | undefined

  async function refresh(signal?: AbortSignal): Result {
    const { version } = state
    const answer = await call('POST', '/refresh', { signal })
    const isOutdated = state.version !== version
    if (answer.response.status === 401 && codeOf(answer) === 'session_ended') {
      // Without a session of ours to speak of, others are told nothing: one of them may be signing in.
      if (!isOutdated && state.current) conclude(state.current.sessionId)
      else if (!isOutdated) state.end()
      return state.current
    }
    let document: SessionDocument<User>
    try {
      document = toDocument<User>(answer)
    } catch (error) {
      if (isSessionError(error) && error.retryAfter) {
        pause = { error, until: now() + error.retryAfter * 1000 }
      }
      throw error
    }
    pause = undefined
    if (!isOutdated || state.current?.sessionId === document.sessionId) return adopt(document)
    // A logout or a login got in between: without locks, or past a tab that hung. The tokens of the old session have
    // come into the cookies after it. Where somebody else is signed in, look who it is now. Else empty the cookies
    // again: on the server the session has ended, so these tokens renew nothing.
    void (state.current ? check() : call('POST', '/logout')).catch(() => undefined)
    return state.current
  }

  async function renewInTurn(since: number, contended: boolean, signal: AbortSignal): Result {
    if (state.version !== since) return state.current
    // The tab before us has perhaps renewed, and its message is still on the way.
    if (contended) {
      const answer = await call('GET', '/session', { signal })
      if (state.version !== since) return state.current
      if (answer.response.status !== 401) {
        const document = toDocument<User>(answer)
        const { current } = state
        if (document.sessionId !== current?.sessionId || document.expiresAt > current.expiresAt) {
          return adopt(document)
        }
      }
    }
    return refresh(signal)
  }

  async function renewUntilDone(since: number): Result {
    for (;;) {
      const { signal } = (attempt = new AbortController())
      try {
        return await takeTurn((contended) => renewInTurn(since, contended, signal), signal)
      } catch (error) {
        if (!signal.aborted) throw error
      }
    }
  }

  const renew = (since: number = state.version): Result =>
    (renewing ??= renewUntilDone(since).finally(() => (renewing = attempt = undefined)))

  async function ask(): Result {
    const { version } = state
    const answer = await call('GET', '/session')
    if (state.version !== version) return state.current
    // signed out, or only the access token has expired: a renewal tells
    return answer.response.status === 401 ? renew(version) : state.accept(toDocument(answer))
  }

  const check = (): Result => (checking ??= ask().finally(() => (checking = undefined)))

  return {
    refresh,
    renew,
    async renewUnlessPaused(since) {
      if (pause && now() < pause.until) throw pause.error
      return renew(since)
    },
    check,
    interrupt: () => attempt?.abort(),
  }
}
