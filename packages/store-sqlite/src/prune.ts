import type { Transaction } from './connection.ts'

/** Rows that are no longer needed: table and condition. Tombstones stay until their absolute expiry. */
const OVER = [
  ['countersign_sessions', 'absolute_expires_at <= :now'],
  ['countersign_sessions', 'revoked_at IS NULL AND prune_after <= :now AND idle_expires_at <= :now'],
  ['countersign_epochs', 'keep_until <= :now'],
  ['countersign_used_ids', 'expires_at <= :now'],
  ['countersign_provider_ends', 'keep_until <= :now'],
  ['countersign_log', 'expires_at <= :now'],
]

/** @returns how many rows were deleted, at most `limit` */
export function pruneTables({ sql, now }: Transaction, limit: number): number {
  let deleted = 0
  for (const [table, condition] of OVER) {
    const some = `SELECT rowid FROM ${table} WHERE ${condition} LIMIT :limit`
    const { changes } = sql(`DELETE FROM ${table} WHERE rowid IN (${some})`).run({
      now,
      limit: limit - deleted,
    })
    deleted += Number(changes)
  }
  return deleted
}
