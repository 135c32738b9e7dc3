// The user that the README names can do what the store does, and no more than that.
import { readFileSync } from 'node:fs'
import { startRedis, type RedisServer } from '@countersign/services'
import { redisStore } from '@countersign/store-redis'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openIoredis, openNodeRedis, type TestClient } from './support/clients.ts'
import { ending, keeping, toBeAsked } from './support/every-operation.ts'
import { newTag, sessionInput } from './support/sessions.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const rights = /ACL (SETUSER [^`]*)```/.exec(readme)?.[1]?.trim().split(/\s+/) ?? []

let server: RedisServer
let admin: TestClient
beforeAll(async () => {
  server = await startRedis()
  admin = await openNodeRedis(server.url)
})
afterAll(async () => {
  await admin.close()
  await server.stop()
})

it.each([
  ['redis', openNodeRedis],
  ['ioredis', openIoredis],
])('%s', async (_library, open) => {
  await admin.send('', 'ACL', ...rights)
  await admin.send('', 'ACL', 'LOG', 'RESET')
  const client = await open(server.url.replace('//', '//countersign:password@'))
  const store = redisStore(client.client)
  await store.init()
  let hints = 0
  const stop = store.watchRevocations?.(() => hints++)
  for (const operation of Object.values({ ...keeping, ...ending })) {
    await operation(await toBeAsked(store, newTag()))
  }
  // with limits and an index to clear
  const tag = newTag()
  for (const limit of [1, 1]) {
    await store.createSession(sessionInput(tag, {}, { limit, overLimit: 'evict' }))
  }
  await expect
    .poll(async () => {
      await store.createSession(sessionInput(tag, {}, { limit: 1, overLimit: 'evict' }))
      return hints
    })
    .toBeGreaterThan(0)
  stop?.()
  // one that has expired when the next comes
  for (const lifetime of [5, 1000]) {
    const entry = { kind: 'client', state: 'denied', bound: undefined, except: undefined } as const
    const expiresAt = (await store.now()) + lifetime
    await store.appendRevocations([{ ...entry, issuer: 'i', key: 'k', expiresAt }])
    await new Promise((resolve) => void setTimeout(resolve, 10))
  }
  const waiting = redisStore(client.client, { wait: { replicas: 1, timeout: 1 } })
  await expect(waiting.writeKeyRing(newTag(), 0, '')).rejects.toMatchObject({
    cause: { message: 'written, but only 0 of 1 replicas had it after 1 ms' },
  })
  expect(await admin.send('', 'ACL', 'LOG')).toEqual([])
  for (const command of [['KEYS', '*'], ['SET', 'another', 'x'], ['FLUSHALL'], ['PUBLISH', 'another', 'x']]) {
    await expect(client.send('', ...command)).rejects.toThrow('NOPERM')
  }
  await client.close()
})
