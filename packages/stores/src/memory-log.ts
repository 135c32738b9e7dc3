import type { NewRevocation, RevocationEntry, RevocationLog, RevocationRead } from './revocation-log.ts'

/** The revocation log in maps. */
export interface MemoryLog {
  /** By number, in order. */
  readonly entries: ReadonlyMap<number, RevocationEntry>
  append(entries: readonly NewRevocation[], now: number): void
  read(cursor: string | undefined, limit: number, now: number): RevocationRead
  forget(number: number): void
  readonly watch: NonNullable<RevocationLog['watchRevocations']>
}

export function createMemoryLog(): MemoryLog {
  // Identifies this log: a cursor of another log counts as a gap.
  const id = globalThis.crypto.randomUUID()
  const entries = new Map<number, RevocationEntry>()
  const versions = new Map<string, number>()
  const listeners = new Set<() => void>()
  let last = 0

  return {
    entries,
    append(added, now) {
      const kept = added.filter(({ expiresAt }) => expiresAt > now)
      for (const entry of kept) {
        const key = keyOf(entry)
        const version = Math.max(now, (versions.get(key) ?? 0) + 1)
        versions.set(key, version)
        entries.set(++last, Object.freeze({ ...entry, version }))
      }
      if (kept.length > 0) for (const listener of listeners) listener()
    },
    read(cursor, limit, now) {
      const from = cursor === undefined ? 0 : positionOf(cursor, id)
      if (from === undefined || from > last) return { gap: true, now }
      const found: RevocationEntry[] = []
      let at = cursor === undefined ? firstOf(entries, last) : from
      while (at < last && found.length < limit) {
        const entry = entries.get(++at)
        if (entry !== undefined && entry.expiresAt > now) found.push(entry)
      }
      return { gap: false, now, entries: found, cursor: `${id}:${at}`, complete: at === last }
    },
    forget(number) {
      const entry = entries.get(number)
      if (entry === undefined) return
      entries.delete(number)
      const key = keyOf(entry)
      if (versions.get(key) === entry.version) versions.delete(key)
    },
    watch(listener) {
      // A new function for each call, so that a listener added twice is called twice.
      const call = (): void => listener()
      listeners.add(call)
      return () => void listeners.delete(call)
    },
  }
}

/** The number before the first entry, so that readers of a long-lived log do not scan it from number 1. */
function firstOf(entries: ReadonlyMap<number, RevocationEntry>, last: number): number {
  const [first = last + 1] = entries.keys()
  return first - 1
}

function positionOf(cursor: string, id: string): number | undefined {
  if (!cursor.startsWith(`${id}:`)) return undefined
  const position = Number(cursor.slice(id.length + 1))
  return Number.isSafeInteger(position) ? position : undefined
}

/** Lengths first, so that two different entries never get the same key. */
function keyOf({ kind, issuer, key }: NewRevocation): string {
  return `${kind}:${issuer.length}:${issuer}${key}`
}
