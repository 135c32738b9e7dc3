// Mistakes that throw when the store is made, and what clients look like.
import { OptionError } from '@countersign/core'
import { redisStore, type RedisStoreClient, type RedisStoreOptions } from '@countersign/store-redis'
import { Cluster, Redis } from 'ioredis'
import { createClient, createClientPool, createCluster, createSentinel } from 'redis'
import { describe, expect, it } from 'vitest'

const client = createClient()

describe('options', () => {
  it.each([
    ['prefix', { prefix: '' }],
    ['prefix', { prefix: 'a{b}' }],
    ['prefix', { prefix: 1 }],
    ['timeout', { timeout: 0 }],
    ['timeout', { timeout: '5000' }],
    ['timeout', { timeout: Infinity }],
    ['mayLoseWrites', { mayLoseWrites: 'false' }],
    ['dangerouslyAllowEviction', { dangerouslyAllowEviction: 1 }],
    ['now', { now: 0 }],
    ['wait.replicas', { wait: {} }],
    ['wait', { wait: null }],
    ['wait.replica', { wait: { replica: 1, timeout: 100 } }],
    ['timeOut', { timeOut: 5 }],
    ['wait.replicas', { wait: { replicas: 0, timeout: 100 } }],
    ['wait.timeout', { wait: { replicas: 1, timeout: 0 } }],
    ['wait.timeout', { wait: { replicas: 1, timeout: 5000 } }],
  ])('%s: %j is refused', (option, options) => {
    const make = () => redisStore(client, options as RedisStoreOptions)
    expect(make).toThrow(OptionError)
    expect(make).toThrow(`option "${option}"`)
  })

  it('braces are refused in words that say why, and a misspelled name with the one that was meant', () => {
    const messageOf = (options: object): string => {
      try {
        redisStore(client, options)
      } catch (error) {
        return String(error)
      }
      return ''
    }
    expect(messageOf({ prefix: 'a{b}' })).toContain(
      'must not contain { or }, which set the Redis Cluster hash slot',
    )
    expect(messageOf({ wait: { replica: 1, timeout: 1 } })).toContain('did you mean "replicas"?')
  })

  it('declares that writes can be lost, unless told otherwise', () => {
    expect(redisStore(client).mayLoseWrites).toBe(true)
    expect(redisStore(client, { mayLoseWrites: false }).mayLoseWrites).toBe(false)
  })
})

describe('clients', () => {
  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a URL', 'redis://localhost'],
    ['options', { url: 'redis://localhost' }],
    ['a pool', createClientPool()],
    ['a client for Sentinel', createSentinel({ name: 'main', sentinelRootNodes: [] })],
  ])('%s is refused', (_what, wrong) => {
    expect(() => redisStore(wrong as unknown as RedisStoreClient)).toThrow(
      'option "client" must be a client of `redis` 5 or 6',
    )
  })

  it('those of both libraries are taken before they are connected', () => {
    const ioredis = new Redis({ lazyConnect: true })
    const cluster = new Cluster([], { lazyConnect: true })
    for (const each of [client, createCluster({ rootNodes: [] }), ioredis, cluster]) {
      expect(redisStore(each)).toHaveProperty('rotate')
    }
  })

  it('a prefix of ioredis is refused: scripts make keys that it does not know', () => {
    expect(() => redisStore(new Redis({ lazyConnect: true, keyPrefix: 'app:' }))).toThrow('keyPrefix')
    const cluster = new Cluster([], { lazyConnect: true, keyPrefix: 'app:' })
    expect(() => redisStore(cluster)).toThrow('keyPrefix')
  })
})
