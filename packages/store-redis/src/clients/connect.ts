import { OptionError } from '@countersign/core/toolkit'
import type { Connection } from './connection.ts'
import { connectIoredis, connectIoredisCluster, type IoredisClient, type IoredisCluster } from './ioredis.ts'
import {
  connectNodeRedis,
  connectNodeRedisCluster,
  type NodeRedisClient,
  type NodeRedisCluster,
} from './node-redis.ts'

/** A client of `redis` or `ioredis`, for one server or a cluster, of Redis or Valkey. */
export type RedisStoreClient = NodeRedisClient | NodeRedisCluster | IoredisClient | IoredisCluster

/**
 * Detects from the client's shape which library it is from.
 * @throws `OptionError` if it is from none of them, or adds a prefix to keys
 */
export function connect(client: RedisStoreClient): Connection {
  const isObject = client !== null && (typeof client === 'object' || typeof client === 'function')
  if (isObject && 'call' in client && typeof client.call === 'function') {
    if (client.options?.keyPrefix) {
      // The client would add it to the keys passed to a script, but not to keys that the script builds or that SCAN
      // finds.
      throw new OptionError(
        'client',
        'must not have `keyPrefix`: use the option `prefix` of `redisStore` instead',
      )
    }
    return 'nodes' in client ? connectIoredisCluster(client) : connectIoredis(client)
  }
  if (isObject && 'sendCommand' in client && typeof client.sendCommand === 'function') {
    if ('nodeClient' in client) return connectNodeRedisCluster(client)
    if ('isPubSubActive' in client) return connectNodeRedis(client)
  }
  throw new OptionError(
    'client',
    'must be a client of `redis` 5 or 6 (`createClient()`, `createCluster()`) or of `ioredis` 5 or 6 (`new Redis()`, `new Cluster()`)',
  )
}
