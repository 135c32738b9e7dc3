// Real servers for the tests, on 127.0.0.1. None is ever skipped: one that cannot be had is an error that says what to install.
export { chromiumLaunchOptions } from './chromium.ts'
export { createDatabase, type Database } from './database.ts'
export { freePort } from './ports.ts'
export { startPostgres, type PostgresServer } from './postgres.ts'
export { startStandby } from './postgres-standby.ts'
export { isRunning } from './processes.ts'
export { startRedis, type RedisOptions, type RedisServer } from './redis.ts'
export {
  startRedisCluster,
  type RedisCluster,
  type RedisClusterNode,
  type RedisClusterOptions,
  type RedisNode,
} from './redis-cluster.ts'
export type { Server } from './server.ts'
