import type { NewRevocation, RevocationLog } from '@countersign/stores'
import { readLogCursor, toLogCursor, type LogPosition } from './log-cursor.ts'
import type { Operate } from './operate.ts'
import { toRevocation } from './rows.ts'

/** The revocation log. Readers poll: notifications in PostgreSQL (`LISTEN`) would need a separate connection. */
export function createRevocations({ read, write }: Operate): RevocationLog {
  return {
    async appendRevocations(entries) {
      if (entries.length > 0) await write('append_revocations', [entries.toSorted(byKey)])
    },

    async readRevocations(cursor, limit) {
      const at = cursor === undefined ? BEGINNING : readLogCursor(cursor)
      if (at === undefined) return { gap: true, now: (await read('read_time', [])).now }
      const { name, from, to, xid, id } = at
      const result = await read('read_revocations', [name, from, to, xid, id, limit])
      if (result.gap) return { gap: true, now: result.now }
      const rows = result.entries.slice(0, limit)
      const last = result.entries.length > limit ? rows.at(-1) : undefined
      const end = to ?? result.snapshot
      const next =
        last === undefined
          ? { name: result.name, from: end, ...beginningOf(end) }
          : { name: result.name, from, to: end, xid: last.xid, id: last.id }
      return {
        gap: false,
        now: result.now,
        entries: rows.map(toRevocation),
        cursor: toLogCursor(next),
        // Entries that were appended while several pages were read must still be read.
        complete: last === undefined && to === undefined,
      }
    },
  }
}

const BEGINNING: LogPosition = { xid: '0', id: 0 }

/** The first transaction that was open then: all transactions before it are visible. */
function beginningOf(snapshot: string): { xid: string; id: number } {
  return { xid: snapshot.slice(0, snapshot.indexOf(':')), id: 0 }
}

/** Entries with the same key keep their order. */
function byKey(a: NewRevocation, b: NewRevocation): number {
  return compare(a.kind, b.kind) || compare(a.issuer, b.issuer) || compare(a.key, b.key)
}

function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1
}
