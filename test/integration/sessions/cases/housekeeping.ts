import type { Store } from '@countersign/stores'
import { expect, vi } from 'vitest'
import { outcomeOf, sessionsOn, subject, times, type SessionCase } from '../harness.ts'

const MONTH = 31 * 86_400

export const housekeepingCases: readonly SessionCase[] = [
  {
    name: 'logins have the store delete what is over, in batches, until nothing of it is left',
    run: async (h) => {
      const leaving = sessionsOn(h, { prune: false })
      await times(120, async () => leaving.start({ subject: subject() }))
      h.clock.advance(MONTH)

      const batches: { readonly limit: number; readonly deleted: number }[] = []
      const store: Store = {
        ...h.store,
        async prune(limit) {
          const deleted = await h.store.prune(limit)
          batches.push({ limit, deleted })
          return deleted
        },
      }
      const sessions = sessionsOn({ ...h, store })
      const tokens: string[] = []
      do {
        tokens.push((await sessions.start({ subject: subject() })).refreshToken)
        await vi.waitFor(() => expect(batches).toHaveLength(tokens.length), 10_000)
      } while (batches.at(-1)!.deleted === batches.at(-1)!.limit)

      for (const { limit, deleted } of batches) expect(deleted).toBeLessThanOrEqual(limit)
      expect(await h.store.prune(1_000)).toBe(0)
      h.clock.advance(60)
      for (const token of tokens) expect(await outcomeOf(sessions, token)).toBe('rotated')
    },
  },
]
