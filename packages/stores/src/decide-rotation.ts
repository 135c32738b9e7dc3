import { sessionState } from './session-state.ts'
import type { RotateInput, RotateOutcome } from './session-operations.ts'
import type { SessionRecord } from './session-record.ts'

/** The result of presenting a refresh token. */
export interface RotationDecision {
  readonly outcome: RotateOutcome
  /** The changes to write to the row in the same operation. Empty: none. */
  readonly changes: Partial<SessionRecord>
}

/** The row of a session, the epoch of its subject, and the time, as read inside the operation. */
interface RotationState {
  readonly row: SessionRecord | undefined
  readonly epoch: number
  readonly now: number
  readonly mayLoseWrites: boolean
}

/**
 * The rule of rotation, as a function: the first condition that holds decides. A store either calls it between reading
 * and writing under a lock, or implements the same rule in its own language; the store suite compares the two.
 *
 * @example
 * ```ts
 * const { outcome, changes } = decideRotation(input, { row, epoch, now: Date.now(), mayLoseWrites: false })
 * ```
 */
export function decideRotation(input: RotateInput, inside: RotationState): RotationDecision {
  const { row, epoch, now, mayLoseWrites } = inside
  const { gen, cooldown, grace, mode } = input
  if (row === undefined) return unchanged('unknown')
  // If the token does not belong to this session, it says nothing about the session: the session stays as it is.
  const isOwn =
    input.secretHash === row.secretHash && input.clientId === row.clientId && input.jkt === row.jkt
  if (!isOwn) return unchanged('mismatch')
  const state = sessionState(row, epoch, now)
  if (state !== 'live') return unchanged(state)
  const age = now - row.rotatedAt
  const idleExpiresAt = Math.min(now + row.idleTimeout, row.absoluteExpiresAt)
  const ip = input.ip ?? row.ip
  if (gen === row.gen) {
    if (age < cooldown) return { outcome: 'cooldown', changes: cooledDown(row, idleExpiresAt) }
    return { outcome: 'rotated', changes: { gen: gen + 1, rotatedAt: now, used: false, idleExpiresAt, ip } }
  }
  if (gen === row.gen - 1 && ((age <= grace && mode !== 'strict') || (mode === 'untilUsed' && !row.used))) {
    return unchanged('replayed')
  }
  if (gen === row.gen + 1 && mayLoseWrites) {
    return { outcome: 'ahead', changes: { gen, rotatedAt: now, used: true, idleExpiresAt, ip } }
  }
  // This store never made this generation: it lost a write, or was restored from a backup. This is not theft.
  if (gen > row.gen) return unchanged('expired')
  return { outcome: 'reused', changes: { revokedAt: now, reason: 'reuse' } }
}

/** A client that comes back within the cooldown still counts as active. */
function cooledDown(row: SessionRecord, idleExpiresAt: number): Partial<SessionRecord> {
  return row.used && row.idleExpiresAt === idleExpiresAt ? {} : { used: true, idleExpiresAt }
}

function unchanged(outcome: RotateOutcome): RotationDecision {
  return { outcome, changes: {} }
}
