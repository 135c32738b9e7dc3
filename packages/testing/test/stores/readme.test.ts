// What the README shows, as it stands there.
// #region suite
import { memoryStore } from '@countersign/stores'
import { storeSuite } from '@countersign/testing/stores'
// #endregion
import { createTestStore } from '@countersign/testing/stores'
import { describe, expect, test } from 'vitest'
import { newSession, presented } from './sessions.ts'

describe('the suite, as the README shows it', () => {
  // oxlint-disable vitest/valid-title, vitest/expect-expect -- the cases bring both
  // #region suite
  const suite = storeSuite({
    create: async ({ now }) => {
      const store = memoryStore({ now }) // yours
      await store.init()
      return store
    },
    watches: true, // it has watchRevocations
  })
  for (const { name, run } of suite) test(name, run)
  // #endregion
  // oxlint-enable
})

test('[I-18] a test store, as the README shows it', async () => {
  const token = presented('tag.1', 1)
  // #region test-store
  const { store, failOn, barrier } = createTestStore()
  // #endregion
  await store.createSession(newSession('tag.1'))
  // #region test-store
  failOn('rotate', { side: 'after' }) // the next rotation is written, and its answer lost
  await expect(store.rotate(token)).rejects.toThrow('unavailable')

  const pause = barrier('rotate') // the one after it waits before it writes
  const rotation = store.rotate(token)
  await pause.reached
  await store.endSession(token.sid, 'logout', 900_000)
  pause.release()
  expect((await rotation).outcome).toBe('revoked')
  // #endregion
})
