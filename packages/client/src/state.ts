import type { SessionDocument } from './document.ts'
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
  readonly listeners: Set<(current: SessionDocument<User> | undefined) => void>
  /** Takes a document over, but for that of a session which was seen to end: an ended session never comes back. */
  accept(document: SessionDocument<User>, offset?: number): SessionDocument<User> | undefined
  /** The session is over. */
  end(sessionId?: string): void
  /** Whether the access token is known to have expired. */
  isExpired(): boolean
}

/** Starts with nothing known. */
export function createState<User>(now: () => number): State<User> {
  let ended: string | undefined

  function set(next: SessionDocument<User> | undefined): void {
    const { current, status } = state
    state.status = next ? 'signed-in' : 'signed-out'
    state.current = next
    const same = next?.sessionId === current?.sessionId && next?.expiresAt === current?.expiresAt
    if (!same || state.status !== status) state.version++
    if (next === current && state.status === status) return
    for (const listener of state.listeners) {
      try {
        listener(next)
      } catch (error) {
        // reported like any error that nobody caught; the other listeners are told nonetheless
        void Promise.reject(error)
      }
    }
  }

  const state = {
    status: 'unknown' as SessionStatus,
    current: undefined as SessionDocument<User> | undefined,
    version: 0,
    offset: 0,
    listeners: new Set<(current: SessionDocument<User> | undefined) => void>(),
    accept(document: SessionDocument<User>, offset: number = document.now - now()) {
      if (document.sessionId !== ended) {
        state.offset = offset
        set(Object.freeze(document))
      }
      return state.current
    },
    end(sessionId?: string) {
      ended = sessionId ?? ended
      set(undefined)
    },
    isExpired: () => state.current !== undefined && state.current.expiresAt <= now() + state.offset,
  }
  return state
}
