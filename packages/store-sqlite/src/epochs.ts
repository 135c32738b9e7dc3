import type { Transaction } from './connection.ts'

const RAISE = `INSERT INTO countersign_epochs (tag, epoch, keep_until) VALUES (:tag, :now, :until)
  ON CONFLICT DO UPDATE SET epoch = max(epoch + 1, excluded.epoch), keep_until = max(keep_until, excluded.keep_until)`

/** The epoch of a subject; 0 if it was never raised. */
export function epochOf({ sql }: Transaction, tag: string): number {
  const epoch = sql('SELECT epoch FROM countersign_epochs WHERE tag = ?').get(tag)?.['epoch']
  return typeof epoch === 'number' ? epoch : 0
}

/** @returns the new epoch */
export function raiseEpoch(tx: Transaction, tag: string, keepFor: number): number {
  tx.sql(RAISE).run({ tag, now: tx.now, until: tx.now + keepFor })
  return epochOf(tx, tag)
}
