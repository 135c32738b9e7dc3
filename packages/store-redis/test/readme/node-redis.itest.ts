// What the README shows, as it stands there.
/* oxlint-disable no-console -- an application has its own log */
// #region setup
import { redisStore } from '@countersign/store-redis'
import { createClient } from 'redis'
// #endregion
import { afterEach, beforeEach, expect, inject, it, vi } from 'vitest'

beforeEach(() => void vi.stubEnv('REDIS_URL', inject('redisUrl')))
afterEach(() => void vi.unstubAllEnvs())

it('is used with node-redis as the README shows', async () => {
  // #region setup
  const client = createClient({
    url: process.env['REDIS_URL'] ?? 'redis://localhost',
    disableOfflineQueue: true,
  })
  client.on('error', (error) => console.error('redis:', error.message))
  await client.connect()

  const store = redisStore(client)
  await store.init()
  // #endregion
  expect(await store.readKeyRing('readme')).toMatchObject({ version: 0 })
  client.destroy()
})
