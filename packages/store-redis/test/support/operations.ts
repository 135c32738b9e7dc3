// Every operation of a store, and what must come of each where the server does not answer.
import { StoreUnavailableError, type RevocationEntry, type Store } from '@countersign/stores'
import type { RedisCluster, RedisNode } from '@countersign/services'
import { expect } from 'vitest'
import { createKeys } from '../../src/keys.ts'
import { endAll, logOut, newTag, REVOKE_FOR, sessionInput, tokenOf } from './sessions.ts'

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
  const keys = createKeys('countersign')
  const search = async (keyOf: (name: string) => string): Promise<string> => {
    const name = newTag()
    return (await cluster.nodeOf(keyOf(name))) === node ? name : search(keyOf)
  }
  return {
    tag: await search((tag) => keys.ofTag(tag).epoch(tag)),
    ring: await search((ring) => keys.ofText(ring).ring(ring)),
    id: await search((id) => keys.ofText(`proof ${id}`).once('proof', id)),
  }
}

/** Every operation of sessions fails as it must, in time. */
export async function expectSessionsUnavailable(store: Store, timeout: number, tag: string): Promise<void> {
  const session = { sid: `${tag}.1`, secretHash: 'h', clientId: undefined, jkt: undefined }
  await expectAllUnavailable(timeout, [
    store.createSession(sessionInput(tag)),
    store.rotate(tokenOf(session, 1)),
    store.changeSession({ sid: session.sid, data: '', expectedVersion: undefined, revokeFor: REVOKE_FOR }),
    logOut(store, session.sid),
    endAll(store, tag),
    store.eraseSubject({ subjectTag: tag, keepFor: 1000, revokeFor: REVOKE_FOR, issuer: 'i', key: 'k' }),
    store.findSession(session.sid),
    store.listSessions(tag, { limit: 10, after: undefined }),
    store.checkSession(tag, session.sid),
  ])
}

/** Every operation there is fails as it must, in time. */
export async function expectUnavailable(store: Store, timeout: number, names: Names): Promise<void> {
  await Promise.all([
    expectSessionsUnavailable(store, timeout, names.tag),
    expectAllUnavailable(timeout, [
      store.sessionsOf({ issuer: 'i', sid: 's' }),
      store.endProviderSessions({ issuer: 'i', sid: 's' }, REVOKE_FOR),
      store.readRevocations(undefined, 100),
      store.recoverSessions(0, REVOKE_FOR),
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

/** Everything in the log, and where it ends. */
export async function readLog(store: Store): Promise<{ entries: RevocationEntry[]; cursor: string }> {
  const entries: RevocationEntry[] = []
  let cursor: string | undefined
  for (;;) {
    const from = cursor
    const read = await untilAvailable(async () => store.readRevocations(from, 10_000))
    if (read.gap) throw new Error('a gap')
    entries.push(...read.entries)
    if (read.complete) return { entries, cursor: read.cursor }
    cursor = read.cursor
  }
}
