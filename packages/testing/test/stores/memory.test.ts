import { memoryStore } from '@countersign/stores'
import { storeSuite } from '@countersign/testing/stores'
import { describe, expect, it } from 'vitest'

describe('memoryStore', () => {
  const cases = storeSuite({ create: async ({ now }) => memoryStore({ now }), watches: true })

  it.each(cases.map(({ name, run }) => [name, run] as const))('%s', async (_, run) => {
    await expect(run()).resolves.toBeUndefined()
  })
})
