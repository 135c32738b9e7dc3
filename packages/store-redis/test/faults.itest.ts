// A server of our own, which is killed, restarted, paused, filled and robbed of its scripts.
import { StoreUnavailableError, type Store } from '@countersign/stores'
import { startRedis, type RedisServer } from '@countersign/services'
import { redisStore } from '@countersign/store-redis'
import { createKeys } from '../src/keys.ts'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openIoredis, openNodeRedis, type TestClient } from './support/clients.ts'
import { expectUnavailable, newNames, untilAvailable } from './support/operations.ts'
import { made, newTag, sessionInput, tokenOf } from './support/sessions.ts'

const timeout = 300

let server: RedisServer
beforeAll(async () => {
  server = await startRedis({ appendonly: true })
})
afterAll(async () => server.stop())

describe.each([
  ['redis', openNodeRedis],
  ['ioredis', openIoredis],
])('faults of the server, %s', (_library, open) => {
  let client: TestClient
  let store: Store
  beforeEach(async () => {
    client = await open(server.url)
    store = redisStore(client.client, { timeout })
  })
  afterEach(async () => client.close())

  it('paused: every operation throws in time, and works afterwards', async () => {
    const session = made(await store.createSession(sessionInput(newTag())))
    await server.pause()
    try {
      await expectUnavailable(store, timeout, newNames())
    } finally {
      await server.resume()
    }
    await untilAvailable(async () => store.checkSession('nobody', undefined))
    expect(await store.rotate(tokenOf(session, 1))).toMatchObject({ outcome: 'rotated' })
  })

  it('[I-5] killed: every operation throws in time; restarted, sessions and scripts work as before', async () => {
    const session = made(await store.createSession(sessionInput(newTag())))
    expect(await store.rotate(tokenOf(session, 1))).toMatchObject({ outcome: 'rotated' })
    // the file is written once a second
    await client.send('', 'CONFIG', 'SET', 'appendfsync', 'always')
    expect(await store.rotate(tokenOf(session, 2))).toMatchObject({ outcome: 'rotated' })
    await server.kill()
    await expectUnavailable(store, timeout, newNames())
    await server.restart()
    await untilAvailable(async () => store.checkSession('nobody', undefined))
    expect(await store.rotate(tokenOf(session, 2))).toMatchObject({
      outcome: 'replayed',
      session: { gen: 3 },
    })
    expect(await store.rotate(tokenOf(session, 3))).toMatchObject({ outcome: 'rotated', session: { gen: 4 } })
  })

  it('scripts that were flushed are sent again', async () => {
    const session = made(await store.createSession(sessionInput(newTag())))
    await client.send('', 'SCRIPT', 'FLUSH')
    expect(await store.rotate(tokenOf(session, 1))).toMatchObject({ outcome: 'rotated' })
    await client.send('', 'SCRIPT', 'FLUSH')
    expect(await store.rotate(tokenOf(session, 2))).toMatchObject({ outcome: 'rotated' })
  })

  it('a server that is full or is a replica says so, and it is no mistake of anybody', async () => {
    const session = made(await store.createSession(sessionInput(newTag())))
    await client.send('', 'CONFIG', 'SET', 'maxmemory', '1')
    try {
      await expect(store.rotate(tokenOf(session, 1))).rejects.toBeInstanceOf(StoreUnavailableError)
      expect(await store.checkSession(session.sid, undefined)).toMatchObject({ epoch: 0 })
    } finally {
      await client.send('', 'CONFIG', 'SET', 'maxmemory', '0')
    }
    await client.send('', 'REPLICAOF', '127.0.0.1', '1')
    try {
      const refused = store.rotate(tokenOf(session, 1))
      await expect(refused).rejects.toMatchObject({
        name: 'StoreUnavailableError',
        cause: { message: expect.stringMatching(/^READONLY|^MASTERDOWN/) },
      })
      await expect(store.init()).rejects.toThrow(/connected to a replica/)
    } finally {
      await client.send('', 'REPLICAOF', 'NO', 'ONE')
    }
    expect(await store.rotate(tokenOf(session, 1))).toMatchObject({ outcome: 'rotated' })
  })

  it('a mistake stays what it is', async () => {
    const tag = newTag()
    await client.send('', 'RPUSH', createKeys('countersign').ofTag(tag).epoch(tag), 'x')
    await expect(store.checkSession(tag, undefined)).rejects.toMatchObject({
      message: expect.stringMatching(/^WRONGTYPE/),
    })
  })

  it('init refuses a server that evicts keys, unless that is asked for', async () => {
    for (const policy of ['allkeys-lru', 'volatile-ttl']) {
      await client.send('', 'CONFIG', 'SET', 'maxmemory-policy', policy)
      try {
        await expect(store.init()).rejects.toThrow(`maxmemory-policy ${policy}`)
        await redisStore(client.client, { dangerouslyAllowEviction: true }).init()
      } finally {
        await client.send('', 'CONFIG', 'SET', 'maxmemory-policy', 'noeviction')
      }
    }
    await expect(store.init()).resolves.toBeUndefined()
  })
})
