// What holds of sessions, on every real store.
import { describe, expect, it } from 'vitest'
import { sessionCases } from './sessions/cases/index.ts'
import { backends, harnessOn } from './sessions/real.ts'

describe.each(Object.entries(backends))('sessions on %s', (_kind, newBackend) => {
  const cases = sessionCases(async () => harnessOn(await newBackend()), { durable: true })
  it.each(cases)('$name', async ({ run }) => {
    await expect(run()).resolves.toBeUndefined()
  })
})
