// Servers that run no script now: full, without replicas, without a disk, a replica that knows nothing yet. Which operations
// go on, and that the others say so: 503, not a mistake.
import { rmSync } from 'node:fs'
import { startRedis, type RedisServer } from '@countersign/services'
import { StoreUnavailableError, type Store } from '@countersign/stores'
import { redisStore } from '@countersign/store-redis'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openIoredis, openNodeRedis, type TestClient } from './support/clients.ts'
import { readLog } from './support/operations.ts'
import {
  endAll,
  listed,
  logOut,
  made,
  newTag,
  REVOKE_FOR,
  sessionInput,
  tokenOf,
} from './support/sessions.ts'

const IDP = 'https://idp.example.com'
const owner = { keepFor: 1000_000, revokeFor: REVOKE_FOR, issuer: 'i', key: 'k' }

/** What is asked of a store that has a session of each of these. */
interface Asked {
  readonly store: Store
  readonly tag: string
  readonly sids: readonly string[]
}

/** What a server needs room for. */
const keeping: Readonly<Record<string, (asked: Asked) => Promise<unknown>>> = {
  createSession: async ({ store, tag, sids }) =>
    store.createSession(sessionInput(tag, {}, { replaces: sids[0] })),
  rotate: async ({ store, sids }) =>
    store.rotate(tokenOf({ ...sessionInput('').session, secretHash: 'h', sid: sids[0]! }, 1)),
  changeSession: async ({ store, sids }) =>
    store.changeSession({ sid: sids[0]!, data: 'x', expectedVersion: undefined, revokeFor: REVOKE_FOR }),
  useOnce: async ({ store, tag }) => store.useOnce('proof', tag, (await store.now()) + 1000_000),
  writeKeyRing: async ({ store, tag }) => store.writeKeyRing(tag, 0, 'ring'),
}

/** What reads, or ends something. */
const ending: Readonly<Record<string, (asked: Asked) => Promise<unknown>>> = {
  checkSession: async ({ store, tag, sids }) => store.checkSession(tag, sids[0]),
  findSession: async ({ store, sids }) => store.findSession(sids[0]!),
  listSessions: async ({ store, tag }) => listed(store, tag),
  sessionsOf: async ({ store, tag }) => store.sessionsOf({ issuer: IDP, sid: tag }),
  readRevocations: async ({ store }) => store.readRevocations(undefined, 10),
  readKeyRing: async ({ store }) => store.readKeyRing('main'),
  now: async ({ store }) => store.now(),
  endSession: async ({ store, sids }) => logOut(store, sids[0]!),
  recoverSessions: async ({ store }) => store.recoverSessions(1, REVOKE_FOR),
  endProviderSessions: async ({ store, tag }) =>
    store.endProviderSessions({ issuer: IDP, sid: tag }, REVOKE_FOR),
  appendRevocations: async ({ store }) => {
    const expiresAt = (await store.now()) + 1000_000
    const entry = { kind: 'token', state: 'denied', bound: undefined, except: undefined } as const
    await store.appendRevocations([{ ...entry, issuer: 'i', key: 'k', expiresAt }])
    return 'appended'
  },
  raiseEpoch: async ({ store, tag }) => endAll(store, tag),
  eraseSubject: async ({ store, tag }) => store.eraseSubject({ subjectTag: tag, ...owner }),
}

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
    const tag = newTag()
    const create = async () => {
      const provider = { issuer: IDP, sid: tag, subject: 's' }
      return made(await store.createSession(sessionInput(tag, { secretHash: 'h', provider }))).sid
    }
    asked = { store, tag, sids: [await create(), await create()] }
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

    it.each(Object.entries(keeping))('%s is refused, and changes nothing', async (_name, operation) => {
      const before = await rowsOf()
      await expectRefused(operation(asked), /^OOM /)
      expect(await rowsOf()).toEqual(before)
    })

    it.each(Object.entries(ending))('%s goes on', async (_name, operation) => {
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
      const tag = newTag()
      const { sid } = made(await store.createSession(sessionInput(tag, { secretHash: 'h' })))
      const [, folder] = (await use.send('', 'CONFIG', 'GET', 'dir').then(pairOf)) ?? []
      rmSync(String(folder), { recursive: true })
      await use.send('', 'CONFIG', 'SET', 'save', '3600 1')
      await use.send('', 'BGSAVE')
      const status = async () => String(await use.send('', 'INFO', 'persistence'))
      await expect.poll(status).toContain('rdb_last_bgsave_status:err')
      for (const operation of Object.values({ ...keeping, ...ending })) {
        await expectRefused(operation({ store, tag, sids: [sid] }), /^MISCONF /)
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
