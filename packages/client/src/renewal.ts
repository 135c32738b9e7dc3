import type { Clock } from './clock.ts'
import { problemOf, toDocument, type Reply, type Call } from './call.ts'
import type { SessionDocument } from './document.ts'
import { isSessionError, type SessionError } from './session-error.ts'
import type { State } from './state.ts'
import type { Tabs } from './tabs.ts'
import type { TakeTurn } from './turns.ts'

type Result<User> = Promise<SessionDocument<User> | undefined>

/** Renews the session, one renewal at a time. */
export interface Renewal<User> {
  /**
   * Waits for its turn and renews, unless the session has changed since that version. Resolves to `undefined` if no
   * user is signed in.
   */
  readonly renew: (since?: number) => Result<User>
  /** The same, but sends nothing while the server has asked for a pause (`Retry-After`). */
  readonly renewUnlessPaused: (since?: number) => Result<User>
  /** Aborts the running renewal, and starts it again after the current turn. */
  readonly interrupt: () => void
}

/** What a renewal needs. */
export interface RenewalParts<User> {
  readonly call: Call
  readonly takeTurn: TakeTurn
  readonly state: State<User>
  readonly tabs: Pick<Tabs<User>, 'adopt' | 'conclude'>
  readonly clock: Clock
  /** Asks the server who is signed in. */
  readonly look: () => void
}

/** Milliseconds. The longest pause we accept from a server: one request in this time does no harm. */
const LONGEST_PAUSE = 60_000

/** The session in a response; `null`: no user is signed in; `undefined`: only a renewal can find out. */
export function readFinding<User>(reply: Reply): SessionDocument<User> | null | undefined {
  if (reply.response.status === 401) return undefined
  return reply.response.ok && reply.body === null ? null : toDocument<User>(reply)
}

/** Creates the functions that renew a session. */
export function createRenewal<User>({
  call,
  takeTurn,
  state,
  tabs,
  clock,
  look,
}: RenewalParts<User>): Renewal<User> {
  let renewing: Result<User> | undefined
  let attempt: AbortController | undefined
  /**
   * A pause that the server asked for. It ends when the session changes: by a login, or by a renewal in another tab.
   */
  let pause: { readonly error: SessionError; readonly until: number; readonly version: number } | undefined

  /** Deletes the cookies, unless they now belong to a live session. The server decides that. */
  const forget = async (signal: AbortSignal): Promise<unknown> =>
    call('POST', '/forget', { signal }).catch(() => undefined)

  async function refresh(signal: AbortSignal): Result<User> {
    const { version } = state
    const reply = await call('POST', '/refresh', { signal })
    const isOutdated = (): boolean => state.version !== version
    const { code, sessionId } = problemOf(reply)
    // The session may be alive, because another server may know it: its cookies stay, and it may come back.
    const isForeign = code === 'session_not_recognized'
    if (reply.response.status === 401 && (isForeign || code === 'session_ended')) {
      if (sessionId) await forget(signal)
      if (isOutdated()) return state.current
      if (isForeign) state.end()
      else tabs.conclude(sessionId ?? state.current?.sessionId)
      return undefined
    }
    let document: SessionDocument<User>
    try {
      document = toDocument<User>(reply)
    } catch (error) {
      if (isSessionError(error) && error.retryAfter) {
        pause = { error, until: clock() + Math.min(error.retryAfter * 1_000, LONGEST_PAUSE), version }
      }
      throw error
    }
    pause = undefined
    if (!isOutdated() || state.current?.sessionId === document.sessionId) return tabs.adopt(document)
    // A logout or a login happened during this renewal: either there are no locks, or this tab did not wait for a tab
    // that hung. The response then overwrote the new cookies with tokens of the old session. After a login, ask the
    // server who is signed in now. After a logout, delete the cookies again: on the server the session has ended.
    if (state.current) look()
    else await forget(signal)
    return state.current
  }

  async function renewInTurn(since: number, contended: boolean, signal: AbortSignal): Result<User> {
    if (state.version !== since) return state.current
    // The previous tab may have renewed already, and its message may still be on the way.
    if (contended) {
      const found = readFinding<User>(await call('GET', '/session', { signal }))
      if (state.version !== since) return state.current
      const { current } = state
      if (found && (found.sessionId !== current?.sessionId || found.expiresAt !== current.expiresAt)) {
        return tabs.adopt(found)
      }
    }
    return refresh(signal)
  }

  async function renewUntilDone(since: number): Result<User> {
    for (;;) {
      const { signal } = (attempt = new AbortController())
      try {
        return await takeTurn((contended) => renewInTurn(since, contended, signal), signal)
      } catch (error) {
        if (!signal.aborted) throw error
      }
    }
  }

  const renew = (since: number = state.version): Result<User> =>
    (renewing ??= renewUntilDone(since).finally(() => (renewing = attempt = undefined)))

  return {
    renew,
    async renewUnlessPaused(since) {
      if (pause && clock() < pause.until && pause.version === state.version) throw pause.error
      return renew(since)
    },
    interrupt: () => attempt?.abort(),
  }
}
