/** Countersign's store on Redis and Valkey. */
export type { RedisStoreClient } from './clients/connect.ts'
export type { IoredisClient, IoredisCluster } from './clients/ioredis.ts'
export type { NodeRedisClient, NodeRedisCluster } from './clients/node-redis.ts'
export type { RedisStoreOptions, ReplicaWait } from './options.ts'
export { redisStore } from './redis-store.ts'
