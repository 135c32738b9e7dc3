// What is particular to the log on Redis: streams that are trimmed as they grow, lost, or taken back.
import { randomUUID } from 'node:crypto'
import type { NewRevocation, Store } from '@countersign/stores'
import { redisStore } from '@countersign/store-redis'
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { bucketOfText } from '../src/buckets.ts'
import { createKeys } from '../src/keys.ts'
import { clientKinds, openNodeRedis, type TestClient } from './support/clients.ts'
import { readLog } from './support/operations.ts'

const HOUR = 3_600_000
const ISSUER = 'https://auth.example.com'
const servers = { url: inject('redisUrl'), nodes: inject('redisClusterNodes') }

/** Tokens whose entries are all in one bucket. */
const names = Array.from({ length: 20_000 }, (_, index) => `token ${index}`)
const keysOfOneBucket = names.filter((name) => bucketOfText(`token ${ISSUER} ${name}`) === 7)

const denied = (key: string, expiresAt: number): NewRevocation => ({
  kind: 'token',
  issuer: ISSUER,
  key,
  state: 'denied',
  bound: undefined,
  except: undefined,
  expiresAt,
})

describe('the stream of a bucket', () => {
  let client: TestClient
  let store: Store
  let log: string
  let now: number
  let next: number
  beforeEach(async () => {
    client = await openNodeRedis(servers.url)
    const prefix = `test:${randomUUID()}`
    now = 1_000_000_000_000
    next = 0
    store = redisStore(client.client, { prefix, now: () => now })
    log = createKeys(prefix).buckets[7]!.log
  })
  afterEach(async () => client.close())

  const length = async () => Number(await client.send('', 'XLEN', log))
  const append = async (lifetime: number, count = 1) => {
    const added = keysOfOneBucket.slice(next, (next += count))
    await store.appendRevocations(added.map((key) => denied(key, now + lifetime)))
    return added
  }
  const cursorOfAll = async () => {
    const read = await store.readRevocations(undefined, 1_000_000)
    if (read.gap || !read.complete) throw new Error('not all was read')
    return read.cursor
  }

  it('drops what has expired as new entries come, two for one, and never the last', async () => {
    await append(1000, 20)
    now += 1000
    expect(await length()).toBe(20)
    await append(1000)
    expect(await length()).toBe(19)
    await append(1000, 18)
    expect(await length()).toBe(19)
    now += 1000
    await append(0)
    expect(await length()).toBe(19)
  })

  it('an entry that lives long does not keep those behind it: it is carried along, with its version', async () => {
    const [long] = await append(100 * HOUR)
    const [before] = (await readLog(store)).entries
    for (let round = 0; round < 60; round++) {
      await append(1000)
      now += HOUR / 10
    }
    expect(await length()).toBeLessThan(20)
    const found = (await readLog(store)).entries.filter(({ key }) => key === long)
    expect(found).toEqual([before])
  })

  it('a reader from before what was dropped misses nothing, and hears of no gap', async () => {
    const [long] = await append(100 * HOUR)
    await append(1000)
    const cursor = await cursorOfAll()
    await append(1000, 2)
    now += 2 * HOUR
    const added = await append(1000, 5)
    const read = await store.readRevocations(cursor, 1_000_000)
    expect(read).toMatchObject({ gap: false, complete: true })
    const heard = new Set(read.gap ? [] : read.entries.map(({ key }) => key))
    expect(heard).toEqual(new Set([long, ...added]))
  })

  it('versions are ids: they grow when the clock is set back, and after everything expired', async () => {
    await append(1000)
    now -= 10 * HOUR
    await append(1000)
    now += 20 * HOUR
    await append(1000)
    const ids = ((await client.send('', 'XRANGE', log, '-', '+')) as [string][]).map(([id]) => id)
    expect(ids).toEqual([`${now}-0`])
    now -= HOUR
    await append(1000)
    const [newest] = (await client.send('', 'XREVRANGE', log, '+', '-', 'COUNT', '1')) as [string][]
    expect(newest?.[0]).toBe(`${now + HOUR + 1}-0`)
  })

  it.each([
    ['was deleted', async () => client.send('', 'DEL', log)],
    [
      'was deleted, and begins anew',
      async () => {
        await client.send('', 'DEL', log)
        now -= 10
        await append(HOUR)
      },
    ],
    [
      'was taken back by a failover',
      async () => {
        await client.send('', 'COPY', `${log}:old`, log, 'REPLACE')
      },
    ],
    [
      'was taken back, and has gone on past the reader since',
      async () => {
        await client.send('', 'COPY', `${log}:old`, log, 'REPLACE')
        now -= 10
        await append(HOUR)
        now += 20
        await append(HOUR)
      },
    ],
  ])('a log that %s is a gap; from the beginning, all that is there is read', async (_what, lose) => {
    await append(HOUR, 3)
    await client.send('', 'COPY', log, `${log}:old`)
    now += 100
    await append(HOUR, 3)
    const cursor = await cursorOfAll()
    now += 1
    await lose()
    expect(await store.readRevocations(cursor, 100)).toEqual({ gap: true, now })
    expect((await readLog(store)).entries).toHaveLength(await length())
  })
})

describe.each(Object.entries(clientKinds))('hints, %s', (_kind, openClient) => {
  it('come over a connection of their own, which closes with the last of them', async () => {
    const witness = await openClient(servers)
    const client = await openClient(servers)
    const prefix = `test:${randomUUID()}`
    const store = redisStore(client.client, { prefix })
    const subscribers = async () => {
      const counts = await witness.sendToAll('PUBSUB', 'NUMSUB', `${prefix}:log`)
      return counts.flat().reduce<number>((sum, count) => sum + (Number(count) || 0), 0)
    }
    let [one, other] = [0, 0]
    const stops = [store.watchRevocations?.(() => one++), store.watchRevocations?.(() => other++)]
    await expect.poll(subscribers).toBe(2)
    await store.appendRevocations([denied('a', Date.now() + HOUR), denied('b', Date.now() + HOUR)])
    await expect.poll(() => [one > 0, other > 0]).toEqual([true, true])
    stops[0]?.()
    await expect.poll(subscribers).toBe(1)
    stops[1]?.()
    await expect.poll(subscribers).toBe(0)
    stops[1]?.()
    // at once, before it has connected
    store.watchRevocations?.(() => one++)()
    await store.now()
    await expect.poll(subscribers).toBe(0)
    await Promise.all([client.close(), witness.close()])
  })
})
