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

/** The operations on sessions that the routes use. */
export interface SessionService {
  /**
   * Call it after the user has been authenticated. Creates a session and its tokens, and ends the session it replaces.
   * @throws `SessionLimitError`, `StoreUnavailableError`
   */
  start(input: StartInput): Promise<SessionTokens>
  /**
   * New tokens for a refresh token. Within `grace`, a client may repeat it, race it, or lose its response.
   * @throws `StoreUnavailableError`: the token is still valid
   */
  readonly refresh: Refresh
  /**
   * Signs out: ends the session of this refresh token. Returns whether it was alive; calling it again does no harm.
   * @throws `StoreUnavailableError`: the session is not over yet
   */
  end(refreshToken: string): Promise<boolean>
  /** Ends one session of a user, found by its id: "sign out that device". Returns whether there was one. */
  revoke(sessionId: string, owner: SubjectInput): Promise<boolean>
  /** Ends all sessions of a user, without reading them: "sign out everywhere", "disable this user". */
  endAll(owner: EndAllInput): Promise<void>
  /** The live sessions of a user, the newest first. */
  list(owner: SubjectInput): Promise<readonly SessionInfo[]>
  /**
   * An access token that lets an actor, such as a support agent, act as a user. It has `act` (RFC 8693 section 4.1), no
   * refresh token, and no `auth_time` or `acr`, so guards for fresh or strong authentication reject it. It is in the
   * user's list of sessions, and ends like those.
   */
  impersonate(input: ImpersonationInput): Promise<Impersonation>
  /**
   * Call it after restoring a backup from the time `since`: ends every session that began before that time, because
   * tokens that were superseded or revoked since then would be valid again. Returns how many.
   */
  recover(input: RecoverInput): Promise<number>
  /** Whether the session of a refresh token is definitely over. @throws `StoreUnavailableError` */
  readonly isOver: (refreshToken: string) => Promise<boolean>
  /** Starts housekeeping, if it is due, after the current code. Call it after a login, once the response is ready. */
  readonly tidyUp: () => void
}

/** The operations on sessions; each has its own file. */
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
