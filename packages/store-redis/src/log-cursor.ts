import { BUCKET_NAMES } from './buckets.ts'

/** Where a reader is in the log of one bucket: the id of the last entry that it read; `undefined`: it has read none. */
export type LogPosition = number | undefined

/** The positions in all buckets as a text that callers hand back. */
export function toLogCursor(positions: readonly LogPosition[]): string {
  return positions.map((id) => id?.toString(36) ?? '').join('.')
}

/** The positions in a cursor; `undefined` if it is of another log. */
export function readLogCursor(cursor: string): LogPosition[] | undefined {
  if (!/^[\da-z]{0,11}(?:\.[\da-z]{0,11})*$/.test(cursor)) return undefined
  const positions = cursor.split('.').map((id) => (id === '' ? undefined : Number.parseInt(id, 36)))
  return positions.length === BUCKET_NAMES.length ? positions : undefined
}
