import type {
  NewRevocation,
  RevocationEntry,
  RevocationKind,
  RevocationRead,
  RevocationState,
} from '@countersign/stores'
import type { Transaction } from './connection.ts'
import { integer, optionalInteger, optionalText, text, type Row } from './session-columns.ts'

const APPEND = `INSERT INTO countersign_log (kind, issuer, key, state, bound, except_sid, expires_at, version)
  VALUES (:kind, :issuer, :key, :state, :bound, :except, :expiresAt, max(:now, 1 + coalesce(
    (SELECT max(version) FROM countersign_log WHERE kind = :kind AND issuer = :issuer AND key = :key), 0)))`
const AFTER = `SELECT number, kind, issuer, key, state, bound, except_sid, version, expires_at FROM countersign_log
  WHERE number > :from ORDER BY number LIMIT :limit`

/** Appends entries, except those that have already expired. */
export function appendRevocations(
  { sql, now, hasNews }: Transaction,
  entries: readonly NewRevocation[],
): void {
  for (const { kind, issuer, key, state, bound, except, expiresAt } of entries) {
    if (expiresAt <= now) continue
    const entry = { kind, issuer, key, state, bound: bound ?? null, except: except ?? null, expiresAt }
    sql(APPEND).run({ ...entry, now })
    hasNews()
  }
}

/** The position of a reader: after this entry. */
interface Position {
  readonly number: number
  /** Version of the entry with this number: after a backup was restored, another entry may have the same number. */
  readonly version: number
}

export function readRevocations(tx: Transaction, cursor: string | undefined, limit: number): RevocationRead {
  const { sql, now } = tx
  const name = text(sql('SELECT name FROM countersign_log_name').get() ?? {}, 'name')
  const from = cursor === undefined ? { number: 0, version: 0 } : readCursor(cursor, name)
  if (from === undefined || !goesOnFrom(tx, from)) return { gap: true, now }
  const rows = sql(AFTER).all({ from: from.number, limit })
  const last = rows.at(-1)
  const at =
    last === undefined ? from : { number: integer(last, 'number'), version: integer(last, 'version') }
  return {
    gap: false,
    now,
    entries: rows.map(toEntry).filter(({ expiresAt }) => expiresAt > now),
    cursor: `${name}:${at.number}:${at.version}`,
    complete: rows.length < limit,
  }
}

/**
 * Whether the log still continues from the reader's position. Numbers only increase, except after a restored backup.
 */
function goesOnFrom({ sql }: Transaction, { number, version }: Position): boolean {
  const { last } =
    sql("SELECT max(seq) AS last FROM sqlite_sequence WHERE name = 'countersign_log'").get() ?? {}
  if (number > Number(last ?? 0)) return false
  const row = sql('SELECT version FROM countersign_log WHERE number = ?').get(number)
  return row === undefined || integer(row, 'version') === version
}

function readCursor(cursor: string, name: string): Position | undefined {
  const [, number, version] = new RegExp(`^${name}:(\\d{1,15}):(\\d{1,16})$`).exec(cursor) ?? []
  if (number === undefined || version === undefined) return undefined
  return { number: Number(number), version: Number(version) }
}

function toEntry(row: Row): RevocationEntry {
  return {
    kind: text(row, 'kind') as RevocationKind,
    issuer: text(row, 'issuer'),
    key: text(row, 'key'),
    state: text(row, 'state') as RevocationState,
    bound: optionalInteger(row, 'bound'),
    except: optionalText(row, 'except_sid'),
    expiresAt: integer(row, 'expires_at'),
    version: integer(row, 'version'),
  }
}
