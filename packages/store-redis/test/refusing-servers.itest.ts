// Servers that run no script now: full, without replicas, without a disk, a replica that knows nothing yet. Which operations
// go on, and that the others say so: 503, not a mistake.
import { rmSync } from 'node:fs'
import { startRedis, type RedisServer } from '@countersign/services'
import { StoreUnavailableError } from '@countersign/stores'
import { redisStore } from '@countersign/store-redis'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openIoredis, openNodeRedis, type TestClient } from './support/clients.ts'
import { readLog } from './support/operations.ts'
import { ending, keeping, toBeAsked, type Asked } from './support/every-operation.ts'
import { logOut, newTag } from './support/sessions.ts'

describe.each([
  ['redis', openNodeRedis],
  ['ioredis', openIoredis],
])('%s', (_library, open) => {
  let server: RedisServer
  let client: TestClient
  let asked: Asked
  beforeAll(async () => {
    server = await startRedis()
  })
  afterAll(async () => server.stop())
  beforeEach(async () => {
    client = await open(server.url)
    const store = redisStore(client.client, { timeout: 2000 })
    asked = await toBeAsked(store, newTag())
  })
  afterEach(async () => client.close())

  const config = async (name: string, value: string) => client.send('', 'CONFIG', 'SET', name, value)
  const expectRefused = async (operation: Promise<unknown>, message: RegExp) => {
    const error: unknown = await operation.then(
      () => undefined,
      (reason: unknown) => reason,
    )
    expect(error).toBeInstanceOf(StoreUnavailableError)
    expect(error).toMatchObject({ cause: { message: expect.stringMatching(message) } })
  }
  const rowsOf = async () =>
    Promise.all(asked.sids.map(async (sid) => (await asked.store.findSession(sid)).session))

  describe('a server that is full', () => {
    beforeEach(async () => config('maxmemory', '1'))
    afterEach(async () => config('maxmemory', '0'))

    it.each(Object.entries(keeping))(
      '[I-53] %s is refused, and changes nothing',
      async (_name, operation) => {
        const before = await rowsOf()
        await expectRefused(operation(asked), /^OOM /)
        expect(await rowsOf()).toEqual(before)
      },
    )

    it.each(Object.entries(ending))('[I-53] %s goes on', async (_name, operation) => {
      await expect(operation(asked)).resolves.toBeDefined()
    })

    it('a logout ends the session, and is in the log', async () => {
      const { store, tag, sids } = asked
      expect(await logOut(store, sids[0]!)).toBe(true)
      expect(await store.checkSession(tag, sids[0])).toMatchObject({ state: 'revoked' })
      expect((await readLog(store)).entries.some(({ key }) => key === sids[0])).toBe(true)
    })
  })

  describe.each([
    [
      'a master without the replicas that it must have',
      /^NOREPLICAS /,
      async () => config('min-replicas-to-write', '1'),
      async () => config('min-replicas-to-write', '0'),
    ],
    [
      // a master that comes back, and was made the replica of the one that took over: it has not heard of it yet
      'a replica that has not synced, with sessions of its own',
      /^READONLY |^MASTERDOWN /,
      async () => client.send('', 'REPLICAOF', '127.0.0.1', '1'),
      async () => client.send('', 'REPLICAOF', 'NO', 'ONE'),
    ],
  ])('%s', (_what, message, begin, end) => {
    it('refuses every operation, those that only read, too; what was there goes on afterwards', async () => {
      const before = await rowsOf()
      await begin()
      try {
        for (const operation of Object.values({ ...keeping, ...ending })) {
          await expectRefused(operation(asked), message)
        }
      } finally {
        await end()
      }
      expect(await rowsOf()).toEqual(before)
    })
  })

  it('a server whose disk is gone refuses every operation', async () => {
    const broken = await startRedis()
    const use = await open(broken.url)
    try {
      const store = redisStore(use.client)
      const there = await toBeAsked(store, newTag())
      const [, folder] = (await use.send('', 'CONFIG', 'GET', 'dir').then(pairOf)) ?? []
      rmSync(String(folder), { recursive: true })
      await use.send('', 'CONFIG', 'SET', 'save', '3600 1')
      await use.send('', 'BGSAVE')
      const status = async () => String(await use.send('', 'INFO', 'persistence'))
      await expect.poll(status).toContain('rdb_last_bgsave_status:err')
      for (const operation of Object.values({ ...keeping, ...ending })) {
        await expectRefused(operation(there), /^MISCONF /)
      }
    } finally {
      await use.close()
      // asked to stop, it would first try to save
      await broken.kill()
      await broken.stop()
    }
  })
})

/** Name and value, in whichever form a client gives them. */
function pairOf(reply: unknown): unknown[] {
  return Array.isArray(reply) ? reply : Object.entries(reply ?? {}).flat()
}
