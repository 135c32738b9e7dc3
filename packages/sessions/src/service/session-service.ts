import type { SessionInfo } from '../session/session-info.ts'
import type { SubjectInput } from '../session/subject.ts'
import type { SessionTokens } from '../token/mint.ts'
import { end, endAll, recover, revoke, type EndAllInput, type RecoverInput } from './end.ts'
import { createHousekeeping } from './housekeeping.ts'
import { impersonate, type Impersonation, type ImpersonationInput } from './impersonate.ts'
import { isOver } from './is-over.ts'
import { list } from './list.ts'
import { createRefresh, type Refresh } from './refresh.ts'
import type { ServiceParts } from './service-parts.ts'
import { start } from './start.ts'
import type { StartInput } from './start-input.ts'

/** What can be done with sessions: what the routes know of them. */
export interface SessionService {
  /** After the user proved who it is: a new session, its tokens, and the end of the one it replaces. @throws `SessionLimitError`, `StoreUnavailableError` */
  start(input: StartInput): Promise<SessionTokens>
  /**
   * New tokens for a refresh token. Repeating it, racing it, and losing its answer are all well within `grace`.
   * @throws `StoreUnavailableError`: the token is as good as before
   */
  readonly refresh: Refresh
  /**
   * Signs out: the session of this refresh token is over. Returns whether it was alive; asking again does no harm.
   * @throws `StoreUnavailableError`: the session is not over yet
   */
  end(refreshToken: string): Promise<boolean>
  /** Ends one session of a user, found by its id: "sign out that device". Returns whether there was one. */
  revoke(sessionId: string, owner: SubjectInput): Promise<boolean>
  /** Ends all sessions of a user, without looking for them: "sign out everywhere", "disable this user". */
  endAll(owner: EndAllInput): Promise<void>
  /** The sessions of a user that are alive, the newest first. */
  list(owner: SubjectInput): Promise<readonly SessionInfo[]>
  /**
   * An access token for a supporter to act as a user: with `act` (RFC 8693 section 4.1), without a refresh token, without
   * `auth_time` and `acr`, so that guards for fresh or strong authentication refuse it. It stands in the user's list of
   * sessions, and ends as those do.
   */
  impersonate(input: ImpersonationInput): Promise<Impersonation>
  /**
   * After a backup from the time `since` was restored: ends every session that began before it, since tokens that were
   * superseded or revoked in the meantime would be good again. Returns how many.
   */
  recover(input: RecoverInput): Promise<number>
  /** Whether the session of a refresh token is over, for sure. @throws `StoreUnavailableError` */
  readonly isOver: (refreshToken: string) => Promise<boolean>
  /** Begins housekeeping, if it is due, when the code that runs now is done. For after a login, once its answer is made. */
  readonly tidyUp: () => void
}

/** The operations on sessions, each in a file of its own. */
export function createSessionService(parts: ServiceParts): SessionService {
  const { store, prune } = parts.policy.service
  return {
    start: (input) => start(parts, input),
    refresh: createRefresh(parts),
    end: (refreshToken) => end(parts, refreshToken),
    revoke: (sessionId, owner) => revoke(parts, sessionId, owner),
    endAll: (owner) => endAll(parts, owner),
    list: (owner) => list(parts, owner),
    impersonate: (input) => impersonate(parts, input),
    recover: (input) => recover(parts, input),
    isOver: (refreshToken) => isOver(parts, refreshToken),
    tidyUp: prune ? createHousekeeping(store, parts.now) : () => undefined,
  }
}
