// What the README shows, as it stands there.
/* oxlint-disable no-console -- an application has its own log */
// #region setup
import { redisStore } from '@countersign/store-redis'
import { Redis } from 'ioredis'
// #endregion
import { afterEach, beforeEach, expect, inject, it, vi } from 'vitest'

beforeEach(() => void vi.stubEnv('REDIS_URL', inject('redisUrl')))
afterEach(() => void vi.unstubAllEnvs())

it('is used with ioredis as the README shows', async () => {
  // #region setup
  const client = new Redis(process.env['REDIS_URL'] ?? 'redis://localhost', {
    autoResendUnfulfilledCommands: false,
  })
  client.on('error', (error) => console.error('redis:', error.message))

  const store = redisStore(client)
  await store.init()
  // #endregion
  expect(await store.readKeyRing('readme')).toMatchObject({ version: 0 })
  client.disconnect()
})
