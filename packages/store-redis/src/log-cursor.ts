import { BUCKET_NAMES } from './buckets.ts'

/** The position of a reader in the log of one bucket: the id of the last entry that it read; `undefined`: none yet. */
export type LogPosition = number | undefined

/** The positions in all buckets, as a text that callers pass back. */
export function toLogCursor(positions: readonly LogPosition[]): string {
  return positions.map((id) => id?.toString(36) ?? '').join('.')
}

/** The positions in a cursor; `undefined` if the cursor belongs to another log. */
export function readLogCursor(cursor: string): LogPosition[] | undefined {
  if (!/^[\da-z]{0,11}(?:\.[\da-z]{0,11})*$/.test(cursor)) return undefined
  const positions = cursor.split('.').map((id) => (id === '' ? undefined : Number.parseInt(id, 36)))
  return positions.length === BUCKET_NAMES.length ? positions : undefined
}
