// Which clients the compiler takes.
import { redisStore, type RedisStoreClient } from '@countersign/store-redis'
import type { Cluster, Redis } from 'ioredis'
import type { createClient, createCluster, RedisClientType } from 'redis'
import { describe, expectTypeOf, it } from 'vitest'

describe('redisStore', () => {
  it('takes the clients of both libraries, without a cast', () => {
    expectTypeOf<ReturnType<typeof createClient>>().toExtend<RedisStoreClient>()
    expectTypeOf<ReturnType<typeof createCluster>>().toExtend<RedisStoreClient>()
    expectTypeOf<RedisClientType>().toExtend<RedisStoreClient>()
    expectTypeOf<Redis>().toExtend<RedisStoreClient>()
    expectTypeOf<Cluster>().toExtend<RedisStoreClient>()
  })

  it('takes nothing else', () => {
    expectTypeOf<{ url: string }>().not.toExtend<RedisStoreClient>()
    expectTypeOf<string>().not.toExtend<Parameters<typeof redisStore>[0]>()
  })
})
