import type { SessionDocument } from './document.ts'
import type { Clock } from './clock.ts'
import type { SessionStatus } from './session.ts'

/** What a tab knows of the session. */
export interface State<User> {
  readonly status: SessionStatus
  readonly current: SessionDocument<User> | undefined
  /**
   * Goes up whenever the session becomes another one, gets another access token or ends. An answer to a question that
   * was asked at an earlier version is outdated.
   */
  readonly version: number
  /** The server's clock minus ours, in milliseconds. */
  readonly offset: number
  /** The session that was last seen to end. */
  readonly ended: string | undefined
  /** How often there was a reason to ask the server who is signed in. */
  doubts: number
  /** How many of these the server has answered. */
  settled: number
  readonly listeners: Set<(current: SessionDocument<User> | undefined) => void>
  /** Takes a document over, but for that of a session which was seen to end: an ended session never comes back. */
  accept(document: SessionDocument<User>, offset?: number): SessionDocument<User> | undefined
  /** Nobody is signed in. A session that is named here is over for good; without a name, it may come back. */
  end(sessionId?: string): void
  /** Milliseconds until the access token should be replaced. `Infinity` where there is none. */
  timeLeft(): number
}

/** An access token is replaced so long before its end, since its cookie may end a second earlier, and requests take time. */
const LEAD = 2_000

/** Starts with nothing known. */
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
        // reported like any error that is not caught; the other listeners are called nonetheless
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
        // of a token that lives for seconds, a part
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

/** What a document says, without what differs from one answer to the next. */
const substance = (document: SessionDocument | undefined): string =>
  JSON.stringify({ ...document, now: 0, csrfToken: 0 })
