import type { Store } from '@countersign/stores'
import { checkServers } from './check-servers.ts'
import { connect, type RedisStoreClient } from './clients/connect.ts'
import { createCreation } from './create-session.ts'
import { createKeys } from './keys.ts'
import { createOperate, integer } from './operate.ts'
import { readOptions, type RedisStoreOptions } from './options.ts'
import { readNow } from './read-now.ts'
import { recoverSessions } from './recover-sessions.ts'
import { isTrue, numberOf, textOf } from './reply.ts'
import { createRevocations } from './revocations.ts'
import { readKeyRing, writeKeyRing } from './scripts/key-ring.ts'
import { useOnce } from './scripts/use-once.ts'
import { createSessions } from './sessions.ts'
import { createSubjects } from './subjects.ts'

/**
 * Keeps sessions, signing keys, ids of one-time use and the revocation log in Redis 7 or newer, or in Valkey. The
 * application creates, connects and closes the client. Every operation is one script on the server's clock, and all its
 * keys are in one slot.
 *
 * @param client a client of `redis` 5 or 6, or of `ioredis` 5 or 6; for one server or for a cluster
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
  const operate = createOperate(connection, keys, settings)

  return Object.freeze<Store>({
    mayLoseWrites: settings.mayLoseWrites,
    ...createCreation(operate, keys),
    ...createSessions(operate, keys, settings.mayLoseWrites),
    ...createSubjects(operate, keys),
    ...createRevocations(connection, operate, keys),

    init: () => checkServers(connection, settings),
    now: () => readNow(connection, operate, keys),
    recoverSessions: (since, revokeFor) =>
      recoverSessions({ connection, operate, keys, timeout: settings.timeout }, since, revokeFor),

    // The server expires rows, and scripts delete expired entries from indexes and logs.
    async prune() {
      return 0
    },

    async readKeyRing(ring) {
      const at = keys.ofText(ring)
      const [now, version, content] = await operate.read(at, readKeyRing, [at.ring(ring)])
      return {
        now: numberOf(now),
        version: numberOf(version),
        content: content === null ? undefined : textOf(content),
      }
    },

    async writeKeyRing(ring, expectedVersion, content) {
      const at = keys.ofText(ring)
      const args = [integer(expectedVersion), content]
      const [, isWritten] = await operate.write(at, writeKeyRing, [at.ring(ring)], ...args)
      return isTrue(isWritten)
    },

    async useOnce(purpose, id, expiresAt) {
      const at = keys.ofText(`${purpose} ${id}`)
      const [, isFirst] = await operate.write(at, useOnce, [at.once(purpose, id)], integer(expiresAt))
      return isTrue(isFirst)
    },
  })
}
