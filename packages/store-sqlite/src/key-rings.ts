import type { KeyRingRecord } from '@countersign/stores'
import type { Transaction } from './connection.ts'

const INSERT =
  'INSERT INTO countersign_key_rings (ring, version, content) VALUES (?, 1, ?) ON CONFLICT DO NOTHING'
const UPDATE =
  'UPDATE countersign_key_rings SET version = version + 1, content = ? WHERE ring = ? AND version = ?'

export function readKeyRing({ sql, now }: Transaction, ring: string): KeyRingRecord {
  const row = sql('SELECT version, content FROM countersign_key_rings WHERE ring = ?').get(ring)
  if (typeof row?.['version'] !== 'number' || typeof row['content'] !== 'string') {
    return { now, version: 0, content: undefined }
  }
  return { now, version: row['version'], content: row['content'] }
}

/** @returns whether `expectedVersion` was still the current one */
export function writeKeyRing(
  { sql }: Transaction,
  ring: string,
  expectedVersion: number,
  content: string,
): boolean {
  const written =
    expectedVersion === 0 ? sql(INSERT).run(ring, content) : sql(UPDATE).run(content, ring, expectedVersion)
  return Number(written.changes) === 1
}
