import type { Transaction } from './connection.ts'

/** An expired id counts as deleted. */
const USE = `INSERT INTO countersign_used_ids (purpose, id, expires_at) VALUES (:purpose, :id, :expiresAt)
  ON CONFLICT DO UPDATE SET expires_at = excluded.expires_at WHERE expires_at <= :now`

/** @returns whether it was the first time */
export function useOnce({ sql, now }: Transaction, purpose: string, id: string, expiresAt: number): boolean {
  return now < expiresAt && Number(sql(USE).run({ purpose, id, expiresAt, now }).changes) === 1
}
