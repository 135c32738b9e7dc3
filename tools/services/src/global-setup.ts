// What all integration tests share, started once. A test makes a database of its own (`createDatabase`), and begins its keys
// in Redis with a prefix of its own.
import type { TestProject } from 'vitest/node'
import { chromiumLaunchOptions } from './chromium.ts'
import { startPostgres } from './postgres.ts'
import { startRedisCluster, type RedisNode } from './redis-cluster.ts'
import { startRedis } from './redis.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Of a Redis that takes commands from every test: pause or stop one of your own instead. */
    redisUrl: string
    /** The masters of a Redis Cluster. */
    redisClusterNodes: readonly RedisNode[]
    /** Of a PostgreSQL server, for `createDatabase`. */
    postgresUrl: string
  }
}

/** Answers what ends it all. When one does not start, the others are stopped and the run fails. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const stops: (() => Promise<void>)[] = []
  const stop = async () => void (await Promise.all(stops.map(async (each) => each())))
  const stoppable = async <S extends { stop(): Promise<void> }>(starting: Promise<S>): Promise<S> => {
    const server = await starting
    stops.push(server.stop)
    return server
  }
  const starting = [
    given('REDIS_URL') ?? stoppable(startRedis()),
    stoppable(startRedisCluster()),
    given('DATABASE_URL') ?? stoppable(startPostgres()),
    // found or downloaded now, since no test has the time
    chromiumLaunchOptions(),
  ] as const
  const outcomes = await Promise.allSettled(starting)
  if (outcomes.some(({ status }) => status === 'rejected')) await stop()
  const [redis, cluster, postgres] = await Promise.all(starting)
  project.provide('redisUrl', redis.url)
  // addresses alone: what is provided goes to other threads
  project.provide(
    'redisClusterNodes',
    cluster.nodes.map(({ host, port }) => ({ host, port })),
  )
  project.provide('postgresUrl', postgres.url)
  return stop
}

/** A server that the environment names: it is not ours to stop. */
function given(variable: 'REDIS_URL' | 'DATABASE_URL'): Promise<{ url: string }> | undefined {
  const url = process.env[variable]
  return url ? Promise.resolve({ url }) : undefined
}
