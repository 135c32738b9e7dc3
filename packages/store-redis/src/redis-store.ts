import type { Store } from '@countersign/stores'
import { checkServers } from './check-servers.ts'
import { connect, type RedisStoreClient } from './clients/connect.ts'
import { createKeys } from './keys.ts'
import { createOperate, integer } from './operate.ts'
import { notBuilt } from './not-built.ts'
import { readOptions, type RedisStoreOptions } from './options.ts'
import { recoverSessions } from './recover-sessions.ts'
import { isTrue, listOf, numberOf, textOf } from './reply.ts'
import { readKeyRing, writeKeyRing } from './scripts/key-ring.ts'
import { useOnce } from './scripts/use-once.ts'
import { createSessions } from './sessions.ts'

/**
 * Keeps sessions, signing keys and ids of one-time use in Redis 7 or newer, or in Valkey. The client is the application's: it
 * makes, connects and closes it. Every operation is one script on the server's clock, and its keys are in one slot.
 *
 * @param client of `redis` 5 or 6, or of `ioredis` 5 or 6; for one server or for a cluster
 * @throws `OptionError` naming the option and the remedy
 * @example
 * ```ts
 * import { redisStore } from '@countersign/store-redis'
 * import { createClient } from 'redis'
 *
 * const client = createClient({ url: 'redis://localhost:6379', disableOfflineQueue: true })
 * client.on('error', (error) => console.error('redis:', error.message))
 * await client.connect()
 * const store = redisStore(client)
 * await store.init()
 * ```
 */
export function redisStore(client: RedisStoreClient, options: RedisStoreOptions = {}): Store {
  const settings = readOptions(options)
  const connection = connect(client)
  const keys = createKeys(settings.prefix)
  const operate = createOperate(connection, settings)

  return Object.freeze({
    ...createSessions(settings.mayLoseWrites),
    appendRevocations: notBuilt,
    readRevocations: notBuilt,

    async init() {
      await checkServers(connection, settings)
    },

    async recoverSessions(since: number) {
      return recoverSessions(connection, operate, settings, since)
    },

    // The server expires rows, and `createSession` drops what expired from the index.
    async prune() {
      return 0
    },

    async readKeyRing(ring: string) {
      const [now, version, content] = listOf(await operate.read(readKeyRing, [keys.ring(ring)]))
      return {
        now: numberOf(now),
        version: numberOf(version),
        content: content === null ? undefined : textOf(content),
      }
    },

    async writeKeyRing(ring: string, expectedVersion: number, content: string) {
      return isTrue(await operate.write(writeKeyRing, [keys.ring(ring)], integer(expectedVersion), content))
    },

    async useOnce(purpose: string, id: string, expiresAt: number) {
      return isTrue(await operate.write(useOnce, [keys.once(purpose, id)], integer(expiresAt)))
    },
  })
}
