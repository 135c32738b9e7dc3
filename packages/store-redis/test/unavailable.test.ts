// Which errors say that the store cannot be reached, and which are mistakes. A client that answers what we want.
import { StoreUnavailableError } from '@countersign/stores'
import { redisStore } from '@countersign/store-redis'
import { describe, expect, it } from 'vitest'
import { fakeIoredisCluster, fakeNodeRedis } from './support/fakes.ts'

function storeThatThrows(error: unknown): ReturnType<typeof redisStore> {
  return redisStore(
    fakeNodeRedis(async () => {
      throw error
    }),
  )
}

describe('errors of the client', () => {
  it.each([
    'LOADING Redis is loading the dataset in memory',
    'CLUSTERDOWN The cluster is down',
    "READONLY You can't write against a read only replica. script: 5e, on @user_script:9.",
    "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
    'TRYAGAIN Multiple keys request during rehashing of slot',
    'MISCONF Errors writing to the AOF file: No space left on device',
    "OOM command not allowed when used memory > 'maxmemory'.",
    'NOREPLICAS Not enough good replicas to write.',
    'BUSY Redis is busy running a script.',
    'MOVED 866 127.0.0.1:7001',
    'ERR Script attempted to access a non local key in a cluster node script: 83, on @user_script:11.',
    'ERR max number of clients reached',
    'Connection is closed.',
    'Socket closed unexpectedly',
    'connect ECONNREFUSED 127.0.0.1:6379',
    'The client is closed',
    'Reached the max retries per request limit (which is 20).',
    'Too many Cluster redirections. Last error: ReplyError: MOVED 866 127.0.0.1:7001',
  ])('%s: the store is unavailable', async (message) => {
    const cause = new Error(message)
    const refused = storeThatThrows(cause).checkSession('tag', undefined)
    await expect(refused).rejects.toBeInstanceOf(StoreUnavailableError)
    await expect(refused).rejects.toMatchObject({ cause })
  })

  it.each([
    new Error('WRONGTYPE Operation against a key holding the wrong kind of value'),
    new Error('NOAUTH Authentication required.'),
    new Error("NOPERM this user has no permissions to run the 'evalsha' command"),
    new Error('ERR user_script:9: countersign: a session of a newer layout'),
    new Error("ERR Script attempted to access keys that don't hash to the same slot script: 83"),
    new TypeError('"arguments[3]" must be of type "string | Buffer", got undefined instead.'),
  ])('%s is a mistake, and stays what it is', async (error) => {
    await expect(storeThatThrows(error).checkSession('tag', undefined)).rejects.toBe(error)
  })

  it('a client that never answers', async () => {
    const silent = fakeNodeRedis(async () => new Promise(() => undefined))
    await expect(redisStore(silent, { timeout: 1 }).checkSession('tag', undefined)).rejects.toMatchObject({
      name: 'StoreUnavailableError',
      cause: { message: 'there was no response within 1 ms' },
    })
  })
})

describe.each(['recoverSessions', 'init'] as const)('%s', (operation) => {
  it('does not pass over a master that the client has lost', async () => {
    const cluster = fakeIoredisCluster(async () => 'cluster_state:ok\r\ncluster_size:3\r\n', 2)
    await expect(redisStore(cluster)[operation](0, 0)).rejects.toMatchObject({
      name: 'StoreUnavailableError',
      cause: { message: 'only 2 of 3 masters of the cluster are connected' },
    })
  })
})

describe('init', () => {
  const store = (info: string) => redisStore(fakeNodeRedis(async () => info))

  it.each([
    [
      'redis_version:6.2.14\r\nrole:master\r\n',
      'Redis 7.0 or newer, or Valkey, is needed; this server reports Redis 6.2.14',
    ],
    ['no such section', 'this server reports Redis without a version'],
    ['redis_version:7.0.15\r\nrole:slave\r\n', 'connected to a replica'],
    ['redis_version:7.0.15\r\nrole:master\r\ncluster_enabled:1\r\n', 'a node of a cluster'],
    ['redis_version:7.0.15\r\nmaxmemory_policy:allkeys-lfu\r\n', 'maxmemory-policy allkeys-lfu'],
  ])('%j: refused', async (info, message) => {
    await expect(store(info).init()).rejects.toThrow(message)
  })

  it('Valkey says which Redis it is compatible with', async () => {
    const info = '# Server\r\nredis_version:7.2.4\r\nvalkey_version:8.1.1\r\nmaxmemory_policy:noeviction\r\n'
    await expect(store(info).init()).resolves.toBeUndefined()
  })
})
