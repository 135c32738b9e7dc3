import { sessionState } from './session-state.ts'
import type { ChangeOutcome, ChangeSessionInput } from './session-operations.ts'
import type { SessionRecord } from './session-record.ts'

/** The result of a change of session data. */
export interface ChangeDecision {
  readonly outcome: ChangeOutcome
  /** The changes to write to the row in the same operation. Empty: none. */
  readonly changes: Partial<SessionRecord>
}

/**
 * The rule of `changeSession`, as a function: only a live session can change, and only if its version is the expected
 * one.
 *
 * @example
 * ```ts
 * const { outcome, changes } = decideChange(change, { row, epoch, now: Date.now() })
 * ```
 */
export function decideChange(
  { data, expectedVersion }: Pick<ChangeSessionInput, 'data' | 'expectedVersion'>,
  inside: { readonly row: SessionRecord | undefined; readonly epoch: number; readonly now: number },
): ChangeDecision {
  const { row, epoch, now } = inside
  const state = sessionState(row, epoch, now)
  if (row === undefined || state !== 'live') {
    return { outcome: state === 'live' ? 'unknown' : state, changes: {} }
  }
  if (expectedVersion !== undefined && expectedVersion !== row.dataVersion) {
    return { outcome: 'conflict', changes: {} }
  }
  return { outcome: 'changed', changes: { data, dataVersion: row.dataVersion + 1 } }
}
