/**
 * The position of a reader in the log. Snapshots are written as in PostgreSQL: the first transaction that was open, the
 * first that had not started, and the open ones between them.
 */
export interface LogPosition {
  /** The name of the log; missing at its beginning. */
  readonly name?: string | undefined
  /** Everything visible in this snapshot has been read. Missing: nothing has been read. */
  readonly from?: string | undefined
  /** Set while one page follows another: entries of these pages are visible in this snapshot. */
  readonly to?: string | undefined
  /** The next page starts after this entry. */
  readonly xid: string
  readonly id: number
}

const SNAPSHOT = String.raw`\d{1,20}:\d{1,20}:[\d,]*`
const CURSOR = new RegExp(`^([0-9a-f-]{36})/(${SNAPSHOT})?/(${SNAPSHOT})?/(\\d{1,20})/(\\d{1,16})$`)

export function toLogCursor({ name, from = '', to = '', xid, id }: LogPosition): string {
  return `${name}/${from}/${to}/${xid}/${id}`
}

/** `undefined` if the text is not a cursor of this kind of log. */
export function readLogCursor(cursor: string): LogPosition | undefined {
  const [, name, from, to, xid, id] = CURSOR.exec(cursor) ?? []
  if (xid === undefined) return undefined
  return { name, from, to, xid, id: Number(id) }
}
