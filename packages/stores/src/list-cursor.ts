import type { SessionList } from './session-operations.ts'
import type { SessionRecord } from './session-record.ts'

/** The last session of a page of a list. The sessions after it are older, or equally old with a smaller sid. */
export interface ListPosition {
  readonly createdAt: number
  readonly sid: string
}

/**
 * Converts a position to a text that callers pass back.
 *
 * @example
 * ```ts
 * const after = toListCursor(row)
 * ```
 */
export function toListCursor({ createdAt, sid }: ListPosition): string {
  return `${createdAt}:${sid}`
}

/**
 * Reads the position from a cursor; `undefined` if there is no cursor.
 * @throws `TypeError`
 * @example
 * ```ts
 * const position = readListCursor(part.after)
 * ```
 */
export function readListCursor(after: string | undefined): ListPosition | undefined {
  if (after === undefined) return undefined
  const [, createdAt, sid] = /^(-?\d{1,16}):(.*)$/s.exec(after) ?? []
  if (createdAt === undefined || sid === undefined) {
    throw new TypeError('countersign: listSessions(): "after" must be the `next` of an earlier list')
  }
  return { createdAt: Number(createdAt), sid }
}

/**
 * Makes one page of a list from the rows that were found.
 *
 * @param rows the sessions after the position, in order; one more than `limit` if there are that many
 * @example
 * ```ts
 * const list = toSessionList(now, rows, part.limit)
 * ```
 */
export function toSessionList(now: number, rows: readonly SessionRecord[], limit: number): SessionList {
  const sessions = rows.slice(0, limit)
  const last = rows.length > limit ? sessions.at(-1) : undefined
  return { now, sessions, next: last === undefined ? undefined : toListCursor(last) }
}
