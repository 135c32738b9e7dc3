import { sessionState } from './session-state.ts'
import type { CreateSessionInput, EndReason, SessionRecord } from './session-store.ts'

/** What a new session amounts to. */
export interface CreationDecision {
  /** The row to write; `undefined` where the limit denies it, and then nothing is written. */
  readonly session: SessionRecord | undefined
  /** The sessions that end in the same operation, the oldest first. */
  readonly ended: readonly EndedSession[]
}

/** A row as it is written when the session ends. */
export type EndedSession = SessionRecord & { readonly revokedAt: number; readonly reason: EndReason }

/** The rows of the subject, its epoch, and the time, as they are inside the operation. */
interface CreationState {
  /** At least the live sessions of the subject: all of them if there is a limit, else the one that is replaced. */
  readonly rows: Iterable<SessionRecord>
  readonly epoch: number
  readonly now: number
}

/**
 * What `createSession` writes, as a function: the new row, and the sessions that it replaces or that the limit evicts.
 *
 * @example
 * ```ts
 * const { session, ended } = decideCreation(creation, { rows: [row], epoch, now: Date.now() })
 * ```
 */
export function decideCreation(input: CreateSessionInput, state: CreationState): CreationDecision {
  const { limit, overLimit, replaces } = input
  const { epoch, now } = state
  const live = [...state.rows].filter((row) => sessionState(row, epoch, now) === 'live')
  const replaced = live.filter((row) => row.sid === replaces)
  const others = live.filter((row) => row.sid !== replaces)
  const excess = limit === undefined ? 0 : Math.max(others.length + 1 - limit, 0)
  if (excess > 0 && overLimit === 'deny') return { session: undefined, ended: [] }
  const end = (reason: EndReason) => (row: SessionRecord) => ({ ...row, revokedAt: now, reason })
  const evicted = others.toSorted(byAge).slice(0, excess)
  return {
    session: newRow(input, epoch, now),
    ended: [...replaced.map(end('replaced')), ...evicted.map(end('evicted'))],
  }
}

/** The oldest first; of those that are equally old, the lesser sid, by its bytes (they are ASCII). */
export function byAge(a: SessionRecord, b: SessionRecord): number {
  return a.createdAt - b.createdAt || (a.sid < b.sid ? -1 : 1)
}

function newRow(input: CreateSessionInput, epoch: number, now: number): SessionRecord {
  const { sid, secretHash, subject, tenant, clientId, jkt, device, ip, data } = input.session
  const absoluteExpiresAt = now + input.absoluteTimeout
  return {
    sid,
    secretHash,
    subject,
    tenant,
    clientId,
    jkt,
    gen: 1,
    rotatedAt: now,
    used: false,
    epoch,
    createdAt: now,
    idleExpiresAt: Math.min(now + input.idleTimeout, absoluteExpiresAt),
    absoluteExpiresAt,
    revokedAt: undefined,
    reason: undefined,
    device,
    ip,
    data,
  }
}
