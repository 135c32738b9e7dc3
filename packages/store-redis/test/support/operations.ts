// Every operation of a store, and what must come of each where the server does not answer.
import { StoreUnavailableError, type Store } from '@countersign/stores'
import type { RedisCluster, RedisNode } from '@countersign/services'
import { expect } from 'vitest'
import { newTag, sessionInput, tokenOf } from './sessions.ts'

/** What operations are about. */
export interface Names {
  readonly tag: string
  readonly ring: string
  readonly id: string
}

/** Names that no other test has. */
export function newNames(): Names {
  return { tag: newTag(), ring: newTag(), id: newTag() }
}

/** The same, with all their keys on one node. */
export async function namesOn(cluster: RedisCluster, node: RedisNode): Promise<Names> {
  const search = async (keyOf: (name: string) => string): Promise<string> => {
    const name = newTag()
    return (await cluster.nodeOf(keyOf(name))) === node ? name : search(keyOf)
  }
  return {
    tag: await search((tag) => `countersign:{${tag}}:epoch`),
    ring: await search((ring) => `countersign:{ring:${ring}}`),
    id: await search((id) => `countersign:{once:proof:${id}}`),
  }
}

/** Every operation of sessions fails as it must, in time. */
export async function expectSessionsUnavailable(store: Store, timeout: number, tag: string): Promise<void> {
  const session = { sid: `${tag}.1`, secretHash: 'h', clientId: undefined, jkt: undefined }
  await expectAllUnavailable(timeout, [
    store.createSession(sessionInput(tag)),
    store.rotate(tokenOf(session, 1)),
    store.endSession(session.sid, 'logout'),
    store.raiseEpoch(tag, 1000),
    store.listSessions(tag),
    store.checkSession(tag, session.sid),
  ])
}

/** Every operation there is fails as it must, in time. */
export async function expectUnavailable(store: Store, timeout: number, names: Names): Promise<void> {
  await Promise.all([
    expectSessionsUnavailable(store, timeout, names.tag),
    expectAllUnavailable(timeout, [
      store.recoverSessions(0),
      store.readKeyRing(names.ring),
      store.writeKeyRing(names.ring, 0, ''),
      store.useOnce('proof', names.id, Date.now() + 1000),
      store.init(),
    ]),
  ])
}

async function expectAllUnavailable(timeout: number, operations: readonly Promise<unknown>[]): Promise<void> {
  const started = performance.now()
  const outcomes = await Promise.allSettled(operations)
  // far below what clients and servers have for limits, far above what a busy machine is late
  expect(performance.now() - started).toBeLessThan(timeout + 5000)
  for (const outcome of outcomes) {
    const reason: unknown = outcome.status === 'rejected' ? outcome.reason : outcome.value
    expect(reason).toBeInstanceOf(StoreUnavailableError)
    expect(reason).toMatchObject({
      message: 'countersign: the Redis store is unavailable',
      cause: expect.any(Error),
    })
  }
}

/** Asks again as long as the store is unavailable. All else is the answer: a mistake is thrown, a verdict stands. */
export async function untilAvailable<T>(operation: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + 30_000
  for (;;) {
    try {
      return await operation()
    } catch (error) {
      if (!(error instanceof StoreUnavailableError) || performance.now() > deadline) throw error
    }
    await new Promise((resolve) => void setTimeout(resolve, 50))
  }
}
