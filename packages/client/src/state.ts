import type { SessionDocument } from './document.ts'
import type { Clock } from './clock.ts'
import type { SessionStatus } from './session.ts'

/** What a tab knows about the session. */
export interface State<User> {
  readonly status: SessionStatus
  readonly current: SessionDocument<User> | undefined
  /**
   * Increases when the session is replaced, gets a new access token or ends. The response to a request that was sent at
   * an earlier version is outdated.
   */
  readonly version: number
  /** The server's clock minus ours, in milliseconds. */
  readonly offset: number
  /** The session whose end this tab saw last. */
  readonly ended: string | undefined
  /** How many reasons there were to ask the server who is signed in. */
  doubts: number
  /** How many of these the server has responded to. */
  settled: number
  readonly listeners: Set<(current: SessionDocument<User> | undefined) => void>
  /** Stores a document, unless its session is known to have ended: an ended session never comes back. */
  accept(document: SessionDocument<User>, offset?: number): SessionDocument<User> | undefined
  /** Signs out. The session with this id is over for good; without an id, the session may come back. */
  end(sessionId?: string): void
  /** Milliseconds until the access token should be replaced. `Infinity` if there is none. */
  timeLeft(): number
}

/**
 * Milliseconds by which an access token is replaced early: its cookie may end a second early, and requests take time.
 */
const LEAD = 2_000

/** Creates a state in which nothing is known. */
export function createState<User>(now: () => number, clock: Clock): State<User> {
  let due = 0

  function set(next: SessionDocument<User> | undefined): void {
    const { current, status } = state
    state.status = next ? 'signed-in' : 'signed-out'
    const isNew = state.status !== status
    if (isNew || next?.sessionId !== current?.sessionId || next?.expiresAt !== current?.expiresAt)
      state.version++
    if (!isNew && substance(next) === substance(current)) return
    state.current = next
    for (const listener of state.listeners) {
      try {
        listener(next)
      } catch (error) {
        // reported like any uncaught error; the other listeners are still called
        void Promise.reject(error)
      }
    }
  }

  const state = {
    status: 'unknown' as SessionStatus,
    current: undefined as SessionDocument<User> | undefined,
    version: 0,
    offset: 0,
    ended: undefined as string | undefined,
    doubts: 0,
    settled: 0,
    listeners: new Set<(current: SessionDocument<User> | undefined) => void>(),
    accept(document: SessionDocument<User>, offset: number = document.now - now()) {
      if (document.sessionId !== state.ended) {
        const left = document.expiresAt - now() - offset
        // a token that lives only seconds is replaced after a part of its life
        due = clock() + left - Math.min(LEAD, (document.expiresAt - document.now) / 4)
        state.offset = offset
        set(Object.freeze(document))
      }
      return state.current
    },
    end(sessionId?: string) {
      state.ended = sessionId ?? state.ended
      set(undefined)
    },
    timeLeft: () => (state.current ? due - clock() : Infinity),
  }
  return state
}

/** The document as a text, without the fields that differ in every response. */
const substance = (document: SessionDocument | undefined): string =>
  JSON.stringify({ ...document, now: 0, csrfToken: 0 })
