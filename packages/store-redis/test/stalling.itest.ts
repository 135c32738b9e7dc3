// What was given up while a server hung has no effect when it goes on: one server and a cluster.
import { startRedis, startRedisCluster, type RedisCluster, type RedisServer } from '@countersign/services'
import { StoreUnavailableError } from '@countersign/stores'
import { redisStore } from '@countersign/store-redis'
import { storeSuite, type StallingStore } from '@countersign/testing/stores'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openIoredisCluster, openNodeRedis } from './support/clients.ts'
import { made, newTag, sessionInput } from './support/sessions.ts'
import { paused, stopped } from './support/stalling.ts'

let server: RedisServer
let cluster: RedisCluster
beforeAll(async () => {
  ;[server, cluster] = await Promise.all([startRedis(), startRedisCluster()])
}, 60_000)
afterAll(async () => {
  await Promise.all([server.stop(), cluster.stop()])
})

const kinds: Record<string, () => Promise<StallingStore>> = {
  'redis, whose server is stopped': async () => stopped(server),
  'ioredis, cluster, whose masters pause': async () => paused(async () => openIoredisCluster(cluster.nodes)),
}

const unused = async (): Promise<never> => {
  throw new Error('only the cases of a store that hangs are run here')
}

describe.each(Object.entries(kinds))('%s', (_kind, stalling) => {
  const plain = new Set(storeSuite({ create: unused }).map(({ name }) => name))
  const cases = storeSuite({ create: unused, stalling }).filter(({ name }) => !plain.has(name))

  it.each(cases)('$name', async ({ run }) => {
    await expect(run()).resolves.toBeUndefined()
  })
})

describe('a script that keeps the server busy', () => {
  it('[I-49] what waited for it, and was given up, has no effect', async () => {
    const [client, blocker] = [await openNodeRedis(server.url), await openNodeRedis(server.url)]
    const store = redisStore(client.client, { timeout: 200 })
    const { sid } = made(await store.createSession(sessionInput(newTag())))
    const busy = `local t = redis.call('TIME') local function ms() local n = redis.call('TIME') return (n[1] - t[1]) * 1000 + (n[2] - t[2]) / 1000 end while ms() < 600 do end`
    const blocking = blocker.send('', 'EVAL', busy, '0')
    await expect(store.endSession(sid, 'logout', 1000)).rejects.toBeInstanceOf(StoreUnavailableError)
    await blocking
    expect(await redisStore(blocker.client).findSession(sid)).toMatchObject({
      session: { revokedAt: undefined },
    })
    await Promise.all([client.close(), blocker.close()])
  })
})
