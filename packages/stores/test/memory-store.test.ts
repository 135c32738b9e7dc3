import { OptionError } from '@countersign/core'
import { memoryStore, type Store } from '@countersign/stores'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { ENTRY, newSession, TOKEN } from './rows.ts'

// What it keeps and answers is judged by the suite of all stores, in packages/testing/test/stores.

afterEach(() => vi.unstubAllEnvs())

describe('memoryStore in production', () => {
  it('is refused, and the message names stores that are for it', () => {
    vi.stubEnv('NODE_ENV', 'production')
    expect(() => memoryStore()).toThrow(OptionError)
    expect(() => memoryStore()).toThrow(
      /store-sqlite, -postgres or -redis, or set dangerouslyAllowInProduction/,
    )
    expect(() => memoryStore({ dangerouslyAllowInProduction: false })).toThrow(OptionError)
  })

  it('is made where that is allowed', async () => {
    vi.stubEnv('NODE_ENV', 'production')
    expect(await memoryStore({ dangerouslyAllowInProduction: true }).prune(1)).toBe(0)
  })
})

describe('memoryStore', () => {
  it('is on the time of day, unless it is given a clock', async () => {
    const before = Date.now()
    const { now } = await memoryStore().readKeyRing('main')
    expect(now).toBeGreaterThanOrEqual(before)
    expect(now).toBeLessThanOrEqual(Date.now())
    expect((await memoryStore({ now: () => 5 }).readKeyRing('main')).now).toBe(5)
  })

  it.each([
    ['now', { now: 5 }],
    ['Now', { Now: () => 5 }],
    ['dangerouslyAllowInProduction', { dangerouslyAllowInProduction: 'yes' }],
  ])('refuses a wrong "%s"', (option, options) => {
    expect(() => Reflect.apply(memoryStore, undefined, [options])).toThrow(
      expect.objectContaining({ name: 'OptionError', option }),
    )
  })

  it('hands out rows that nobody can change', async () => {
    const store = memoryStore()
    const { session } = await store.createSession(newSession('tag.1'))
    const { session: rotated } = await store.rotate({ ...TOKEN, gen: 1, cooldown: 0 })
    expect([Object.isFrozen(session), Object.isFrozen(rotated), rotated?.gen]).toEqual([true, true, 2])
  })

  const LIFE = 1_000
  const writes: readonly (readonly [
    string,
    (store: Store, index: number, now: number) => Promise<unknown>,
  ])[] = [
    ['ids of one-time use', (store, index, now) => store.useOnce('proof', `${index}`, now + LIFE)],
    [
      'epochs',
      (store, index) =>
        store.raiseEpoch({
          subjectTag: `tag${index}`,
          keepFor: LIFE,
          issuer: 'https://auth.example.com',
          key: `${index}`,
          revokeFor: 0,
          exceptSid: undefined,
          keptElsewhere: undefined,
        }),
    ],
    [
      'entries of the log',
      (store, index, now) => store.appendRevocations([{ ...ENTRY, key: `${index}`, expiresAt: now + LIFE }]),
    ],
    [
      'sessions',
      (store, index) => store.createSession(newSession(`tag${index}.1`, { absoluteTimeout: LIFE })),
    ],
    [
      'sessions that rested',
      (store, index) => store.createSession(newSession(`tag.${index}`, { idleTimeout: LIFE })),
    ],
  ]
  it.each(writes)('does not grow with %s that are over', async (_, write) => {
    let now = 0
    const store = memoryStore({ now: () => now })
    for (let index = 0; index < 10 * LIFE; index++) {
      now++
      await write(store, index, now)
    }
    // a thousand are alive at any time; what is over and still there is found by prune
    expect(await store.prune(Infinity)).toBeLessThan(2 * LIFE)
    now += LIFE
    expect(await store.prune(Infinity)).toBe(LIFE)
  })
})
