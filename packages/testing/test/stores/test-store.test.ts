import { memoryStore, StoreUnavailableError, type Store } from '@countersign/stores'
import { createTestStore, storeSuite } from '@countersign/testing/stores'
import { describe, expect, it } from 'vitest'
import { newSession, presented } from './sessions.ts'

/** A store with one session whose token may rotate. */
async function withSession(wrapped: Pick<ReturnType<typeof createTestStore>, 'store'>): Promise<Store> {
  await wrapped.store.createSession(newSession('tag.1'))
  return wrapped.store
}

describe('a store for tests', () => {
  it('is a store', async () => {
    const cases = storeSuite({ create: async ({ now }) => createTestStore({ now }).store, watches: true })
    for (const { run } of cases) await run()
    expect(cases.length).toBeGreaterThan(50)
  })

  it('wraps the store that it is given, and counts its calls', async () => {
    const inner = memoryStore({ now: () => 5 })
    const { store, calls } = createTestStore({ store: inner })
    await inner.writeKeyRing('main', 0, 'ring')
    expect(await store.readKeyRing('main')).toEqual({ now: 5, version: 1, content: 'ring' })
    expect([calls('readKeyRing'), calls('writeKeyRing')]).toEqual([1, 0])
  })

  it('takes a clock or a store, not both', () => {
    expect(() => createTestStore({ store: memoryStore(), now: () => 5 })).toThrow(/"now" or "store"/)
  })

  it('passes on what the store declares', () => {
    expect(createTestStore({ store: { ...memoryStore(), mayLoseWrites: true } }).store.mayLoseWrites).toBe(
      true,
    )
  })
})

describe('failOn', () => {
  it('fails the next call before anything is written, and no other', async () => {
    const faulty = createTestStore()
    const store = await withSession(faulty)
    faulty.failOn('endSession')
    await expect(store.endSession('tag.1', 'logout', 900_000)).rejects.toBeInstanceOf(StoreUnavailableError)
    expect((await store.checkSession('tag', 'tag.1')).state).toBe('live')
    expect(await store.endSession('tag.1', 'logout', 900_000)).toBe(true)
  })

  it('[I-4] loses an answer after the commit: the retry is answered with the same generation', async () => {
    const faulty = createTestStore()
    const store = await withSession(faulty)
    faulty.failOn('rotate', { side: 'after' })
    await expect(store.rotate(presented('tag.1', 1))).rejects.toBeInstanceOf(StoreUnavailableError)
    const retry = await store.rotate(presented('tag.1', 1))
    expect([retry.outcome, retry.session?.gen]).toEqual(['replayed', 2])
  })

  it('fails the call that is asked for, counted from now', async () => {
    const faulty = createTestStore()
    await faulty.store.prune(1)
    faulty.failOn('prune', { call: 2 })
    faulty.failOn('prune', { call: 3, side: 'after' })
    const calls = await Promise.allSettled(Array.from({ length: 4 }, () => faulty.store.prune(1)))
    expect(calls.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled'])
  })

  it('refuses a number that no call has', () => {
    for (const call of [0, -1, 1.5, Number.NaN]) {
      expect(() => createTestStore().failOn('prune', { call })).toThrow(RangeError)
    }
  })
})

describe('barrier', () => {
  it('[I-18] holds a rotation before its commit while the session ends: it is revoked when it goes on', async () => {
    const held = createTestStore()
    const store = await withSession(held)
    const pause = held.barrier('rotate')
    const rotation = store.rotate(presented('tag.1', 1))
    await pause.reached
    expect(await store.endSession('tag.1', 'logout', 900_000)).toBe(true)
    pause.release()
    expect((await rotation).outcome).toBe('revoked')
    expect((await store.checkSession('tag', 'tag.1')).state).toBe('revoked')
  })

  it('holds a rotation after its commit: others see what it wrote', async () => {
    const held = createTestStore()
    const store = await withSession(held)
    const pause = held.barrier('rotate', 'after')
    const rotation = store.rotate(presented('tag.1', 1))
    await pause.reached
    expect((await store.rotate(presented('tag.1', 1))).outcome).toBe('replayed')
    pause.release()
    expect((await rotation).outcome).toBe('rotated')
  })

  it('holds one call, and none where it was released before', async () => {
    const { store, barrier } = createTestStore()
    const pause = barrier('prune')
    const held = store.prune(1)
    expect(await store.prune(1)).toBe(0)
    pause.release()
    expect(await held).toBe(0)
    barrier('prune').release()
    expect(await store.prune(1)).toBe(0)
  })
})

describe('latency', () => {
  it('is awaited on the way to the store and on the way back', async () => {
    const inner = memoryStore()
    const steps: string[] = []
    const { store } = createTestStore({
      store: { ...inner, prune: async (limit) => (steps.push('prune'), inner.prune(limit)) },
      latency: async (method, side) => {
        await Promise.resolve()
        steps.push(`${side} ${method}`)
      },
    })
    await store.prune(1)
    expect(steps).toEqual(['before prune', 'prune', 'after prune'])
  })
})
