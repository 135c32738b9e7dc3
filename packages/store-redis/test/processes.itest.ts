// What several processes do at once, and what one leaves behind that is killed.
import { fork, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { RotateInput } from '@countersign/stores'
import { redisStore } from '@countersign/store-redis'
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { openNodeRedis, type TestClient } from './support/clients.ts'
import { made, newTag, sessionInput, tokenOf } from './support/sessions.ts'

const url = inject('redisUrl')
const script = fileURLToPath(new URL('support/rotate-in-child.ts', import.meta.url))

let client: TestClient
beforeEach(async () => {
  client = await openNodeRedis(url)
})
afterEach(async () => client.close())

/** A process that has loaded its modules and waits for its order. */
async function startChild(): Promise<ChildProcess> {
  const child = fork(script, { execArgv: ['--conditions=@countersign/source'] })
  await once(child, 'message')
  return child
}

function order(child: ChildProcess, prefix: string, input: RotateInput, times: number, die = false): void {
  child.send({ url, prefix, input, times, die })
}

describe('processes', () => {
  it('[I-3] 52 refreshes of one token from 4 processes make one new generation', async () => {
    const prefix = `test:${randomUUID()}`
    const store = redisStore(client.client, { prefix })
    const session = made(await store.createSession(sessionInput(newTag())))
    const children = await Promise.all(Array.from({ length: 4 }, startChild))
    const answers = children.map(
      async (child) => (await once(child, 'message'))[0] as { outcome: string; gen: number }[],
    )
    for (const child of children) order(child, prefix, tokenOf(session, 1), 13)
    const results = (await Promise.all(answers)).flat()
    expect(results).toHaveLength(52)
    expect(results.filter(({ outcome }) => outcome === 'rotated')).toHaveLength(1)
    expect(results.filter(({ outcome }) => outcome === 'replayed')).toHaveLength(51)
    expect(new Set(results.map(({ gen }) => gen))).toEqual(new Set([2]))
  })

  it('[I-4] [I-5] a process is killed between commit and answer: the retry finds the same successor', async () => {
    const prefix = `test:${randomUUID()}`
    const store = redisStore(client.client, { prefix })
    const session = made(await store.createSession(sessionInput(newTag())))
    const child = await startChild()
    const ended = once(child, 'exit')
    order(child, prefix, tokenOf(session, 1), 1, true)
    expect(await ended).toEqual([null, 'SIGKILL'])
    const retry = await store.rotate(tokenOf(session, 1))
    expect(retry).toMatchObject({ outcome: 'replayed', session: { gen: 2, revokedAt: undefined } })
    expect(await store.rotate(tokenOf(session, 2))).toMatchObject({ outcome: 'rotated', session: { gen: 3 } })
  })
})
