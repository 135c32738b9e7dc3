/**
 * Where a reader of the log is. Snapshots are as PostgreSQL writes them: the first transaction that was open, the first
 * that was yet to come, and those between them that were open.
 */
export interface LogPosition {
  /** Of the log; absent at its beginning. */
  readonly name?: string | undefined
  /** What was visible in this snapshot is read. Absent: nothing is. */
  readonly from?: string | undefined
  /** While one part follows another: what is read was visible in this one. */
  readonly to?: string | undefined
  /** And it comes after this entry. */
  readonly xid: string
  readonly id: number
}

const SNAPSHOT = String.raw`\d{1,20}:\d{1,20}:[\d,]*`
const CURSOR = new RegExp(`^([0-9a-f-]{36})/(${SNAPSHOT})?/(${SNAPSHOT})?/(\\d{1,20})/(\\d{1,16})$`)

export function toLogCursor({ name, from = '', to = '', xid, id }: LogPosition): string {
  return `${name}/${from}/${to}/${xid}/${id}`
}

/** `undefined` if it is no cursor of this kind of log. */
export function readLogCursor(cursor: string): LogPosition | undefined {
  const [, name, from, to, xid, id] = CURSOR.exec(cursor) ?? []
  if (xid === undefined) return undefined
  return { name, from, to, xid, id: Number(id) }
}
