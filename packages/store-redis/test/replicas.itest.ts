// `WAIT`, with a replica of our own.
import { startRedis, type RedisServer } from '@countersign/services'
import { redisStore } from '@countersign/store-redis'
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest'
import { clientKinds, openIoredis, openNodeRedis } from './support/clients.ts'
import { made, newTag, sessionInput, tokenOf } from './support/sessions.ts'

let master: RedisServer
let replica: RedisServer
beforeAll(async () => {
  ;[master, replica] = await Promise.all([startRedis(), startRedis()])
  const client = await openNodeRedis(replica.url)
  await client.send('', 'REPLICAOF', '127.0.0.1', String(master.port))
  const isLinked = async () =>
    String(await client.send('', 'INFO', 'replication')).includes('master_link_status:up')
  await vi.waitUntil(isLinked, { timeout: 30_000, interval: 20 })
  await client.close()
}, 60_000)
afterAll(async () => {
  await Promise.all([master.stop(), replica.stop()])
})

describe.each([
  ['redis', openNodeRedis],
  ['ioredis', openIoredis],
])('wait, %s', (_library, open) => {
  it('answers once the replica has the write, and throws where it has not in time; the write happened', async () => {
    const client = await open(master.url)
    const store = redisStore(client.client, { wait: { replicas: 1, timeout: 1000 } })
    const session = made(await store.createSession(sessionInput(newTag())))
    await replica.pause()
    try {
      await expect(store.rotate(tokenOf(session, 1))).rejects.toMatchObject({
        name: 'StoreUnavailableError',
        cause: { message: 'written, but only 0 of 1 replicas had it after 1000 ms' },
      })
    } finally {
      await replica.resume()
    }
    expect(await store.rotate(tokenOf(session, 1))).toMatchObject({
      outcome: 'replayed',
      session: { gen: 2 },
    })
    await client.close()
  })
})

describe.each(Object.entries(clientKinds))('wait, %s', (_kind, openClient) => {
  it('asks the server of the write, and no other', async () => {
    const client = await openClient({ url: inject('redisUrl'), nodes: inject('redisClusterNodes') })
    const store = redisStore(client.client, { wait: { replicas: 1, timeout: 1 } })
    // how often each master was told to wait
    const waits = async () =>
      (await client.sendToAll('INFO', 'commandstats')).map((info) =>
        Number(/cmdstat_wait:calls=(\d+)/.exec(String(info))?.[1] ?? 0),
      )
    for (let tag = 0; tag < 3; tag++) {
      const input = sessionInput(newTag())
      const before = await waits()
      for (let write = 0; write < 2; write++) {
        // the test's servers have no replicas
        await expect(store.createSession(input)).rejects.toMatchObject({
          cause: { message: 'written, but only 0 of 1 replicas had it after 1 ms' },
        })
      }
      const added = (await waits()).map((count, node) => count - (before[node] ?? 0))
      expect(added.filter((count) => count > 0)).toEqual([2])
    }
    await client.close()
  })
})
