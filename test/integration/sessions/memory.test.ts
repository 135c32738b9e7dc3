// The cases of sessions on the store in memory, which no server is needed for.
import { memoryStore, type Store } from '@countersign/stores'
import { describe, expect, it } from 'vitest'
import { sessionCases } from './cases/index.ts'
import { newClock, type Harness } from './harness.ts'

/** Writes down whatever is handed to a store: it cannot keep more than that. */
function recorded(store: Store): { readonly store: Store; readonly seen: unknown[] } {
  const seen: unknown[] = []
  const recorder = new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name)
      if (typeof member !== 'function') return member
      return async (...input: unknown[]): Promise<unknown> => {
        seen.push(input)
        const answer: unknown = await Reflect.apply(member, target, input)
        seen.push(answer)
        return answer
      }
    },
  })
  return { store: recorder, seen }
}

async function inMemory(): Promise<Harness> {
  const clock = newClock()
  const { store, seen } = recorded({ ...memoryStore({ now: clock.now }) })
  return {
    store,
    clock,
    another: async () => store,
    dump: async () => JSON.stringify(seen),
    loseIndex: async () => ({
      ...store,
      listSessions: async () => ({ now: clock.now(), sessions: [], next: undefined }),
    }),
    backup: undefined,
    close: async () => undefined,
  }
}

describe('sessions in memory', () => {
  it.each(sessionCases(inMemory, { durable: false }))('$name', async ({ run }) => {
    await expect(run()).resolves.toBeUndefined()
  })
})
