import { sessionState } from './session-state.ts'
import type { CreateSessionInput, CreationOutcome } from './session-operations.ts'
import type { EndReason, SessionRecord } from './session-record.ts'

/** The result of creating a session. */
export interface CreationDecision {
  readonly outcome: CreationOutcome
  /** The row to write if the outcome is `created`; otherwise nothing is written. */
  readonly session: SessionRecord | undefined
  /** The sessions that end in the same operation, the oldest first. */
  readonly ended: readonly EndedSession[]
}

/** The row of a session that has ended. */
export type EndedSession = SessionRecord & { readonly revokedAt: number; readonly reason: EndReason }

/** What a store remembers about sessions that an identity provider ended. Times on the store's clock. */
export interface ProviderEnds {
  /** When the provider ended this session of its own; `undefined`: it did not within `PROVIDER_END_MEMORY`. */
  readonly session: number | undefined
  /**
   * When it last ended all sessions of this subject of its own; `undefined`: it did not within `PROVIDER_END_MEMORY`.
   */
  readonly subject: number | undefined
}

/** The rows of the subject, its epoch, and the time, as read inside the operation. */
interface CreationState {
  /** All live sessions of the subject if there is a limit, otherwise at least the session that is replaced. */
  readonly rows: Iterable<SessionRecord>
  readonly epoch: number
  readonly now: number
  /** For the provider of the new session; `undefined` if it has no provider. */
  readonly providerEnds: ProviderEnds | undefined
}

/**
 * The rule of `createSession`, as a function: the new row, and the sessions that it replaces or that the limit ends.
 *
 * @example
 * ```ts
 * const { session, ended } = decideCreation(creation, { rows, epoch, now: Date.now(), providerEnds })
 * ```
 */
export function decideCreation(input: CreateSessionInput, state: CreationState): CreationDecision {
  const { limit, overLimit, replaces } = input
  const { epoch, now } = state
  if (isEndedSince(input, epoch)) return refused('endedSince')
  if (isEndedByProvider(input, state.providerEnds)) return refused('providerEnded')
  const live = [...state.rows].filter((row) => sessionState(row, epoch, now) === 'live')
  const replaced = live.filter((row) => row.sid === replaces)
  const others = live.filter((row) => row.sid !== replaces)
  const excess = limit === undefined ? 0 : Math.max(others.length + 1 - limit, 0)
  if (excess > 0 && overLimit === 'deny') return refused('limit')
  const end = (reason: EndReason) => (row: SessionRecord) => ({ ...row, revokedAt: now, reason })
  const evicted = others.toSorted(byAge).slice(0, excess)
  return {
    outcome: 'created',
    session: newRow(input, epoch, now),
    ended: [...replaced.map(end('replaced')), ...evicted.map(end('evicted'))],
  }
}

type Aged = Pick<SessionRecord, 'createdAt' | 'sid'>

/** Sorts the oldest first. Of equally old ones, the smaller sid is first, compared by bytes (sids are ASCII). */
export function byAge(a: Aged, b: Aged): number {
  return a.createdAt - b.createdAt || (a.sid < b.sid ? -1 : 1)
}

function refused(outcome: CreationOutcome): CreationDecision {
  return { outcome, session: undefined, ended: [] }
}

function isEndedSince({ since }: CreateSessionInput, epoch: number): boolean {
  return since !== undefined && epoch > since
}

/** A session that the provider ended cannot start again; its subject may sign in again. */
function isEndedByProvider({ since }: CreateSessionInput, ends: ProviderEnds | undefined): boolean {
  if (ends === undefined) return false
  return (
    ends.session !== undefined || (ends.subject !== undefined && since !== undefined && ends.subject > since)
  )
}

function newRow(input: CreateSessionInput, epoch: number, now: number): SessionRecord {
  const absoluteExpiresAt = now + input.absoluteTimeout
  return {
    ...input.session,
    gen: 1,
    rotatedAt: now,
    used: false,
    epoch,
    dataVersion: 1,
    createdAt: now,
    idleTimeout: input.idleTimeout,
    idleExpiresAt: Math.min(now + input.idleTimeout, absoluteExpiresAt),
    absoluteExpiresAt,
    revokedAt: undefined,
    reason: undefined,
  }
}
