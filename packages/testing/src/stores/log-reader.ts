import assert from 'node:assert/strict'
import type { NewRevocation, RevocationEntry, Store } from '@countersign/stores'
import { ISSUER, REVOKE_FOR } from './values.ts'

/** A reader of the log that keeps its entries and its position. */
export interface LogReader {
  /** Reads on to the end of the log, and returns only the new entries. */
  readonly news: () => Promise<readonly RevocationEntry[]>
}

/** Creates a reader that starts at the beginning of the log. */
export function createLogReader(store: Store, limit = 100): LogReader {
  let cursor: string | undefined
  const seen = new Set<string>()
  return {
    async news() {
      const found: RevocationEntry[] = []
      for (;;) {
        const read = await store.readRevocations(cursor, limit)
        assert.equal(read.gap, false)
        for (const entry of read.gap ? [] : read.entries) {
          const id = JSON.stringify([entry.kind, entry.issuer, entry.key, entry.version])
          if (!seen.has(id)) found.push(entry)
          seen.add(id)
        }
        if (read.gap) return found
        cursor = read.cursor
        if (read.complete) return found
      }
    },
  }
}

/** All entries that have not expired. */
export function readLog(store: Store): Promise<readonly RevocationEntry[]> {
  return createLogReader(store).news()
}

/** The entries without their versions, which differ between stores, in an order that is the same for all stores. */
export function contentOf(entries: readonly RevocationEntry[]): NewRevocation[] {
  return entries
    .map(({ kind, issuer, key, state, bound, except, expiresAt }) => ({
      kind,
      issuer,
      key,
      state,
      bound,
      except,
      expiresAt,
    }))
    .toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
}

/** The entry for the end of a session. */
export function sessionEnd(sid: string, now: number): NewRevocation {
  return { ...NOTHING, kind: 'session', key: sid, expiresAt: now + REVOKE_FOR }
}

/** The entry for a revoked token. */
export function tokenRevocation(key: string, expiresAt: number): NewRevocation {
  return { ...NOTHING, kind: 'token', key, expiresAt }
}

const NOTHING = { issuer: ISSUER, state: 'denied', bound: undefined, except: undefined } as const
