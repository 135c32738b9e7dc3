// What the store leaves on the server: which keys, for how long, with what in them. All kinds of clients.
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { redisStore } from '@countersign/store-redis'
import { createKeys, type Keys } from '../src/keys.ts'
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { clientKinds, type TestClient } from './support/clients.ts'
import {
  endAll,
  listed,
  logOut,
  made,
  newTag,
  REVOKE_FOR,
  sessionInput,
  tokenOf,
} from './support/sessions.ts'

const servers = { url: inject('redisUrl'), nodes: inject('redisClusterNodes') }

describe.each(Object.entries(clientKinds))('keys, %s', (kind, openClient) => {
  let client: TestClient
  let prefix: string
  let keys: Keys
  beforeEach(async () => {
    client = await openClient(servers)
    prefix = `test:${randomUUID()}`
    keys = createKeys(prefix)
  })
  afterEach(async () => client.close())

  async function allKeys(): Promise<string[]> {
    return (await client.sendToAll('KEYS', `${prefix}:*`)).flat().map(String).toSorted()
  }

  it('all keys of a subject are in one slot, and have the names that the README says', async () => {
    const store = redisStore(client.client, { prefix })
    const tag = `_${newTag()}`
    const provider = { issuer: 'https://idp', sid: 'x', subject: 'alice' }
    const { sid } = made(await store.createSession(sessionInput(tag, { provider })))
    await endAll(store, tag)
    await store.endProviderSessions({ issuer: 'https://idp', sid: 'x' }, REVOKE_FOR)
    const names = ['log', `s:${sid}`, `e:${tag}`, `i:${tag}`]
    const providers = ['p:["https://idp","sid","x"]', 'p:["https://idp","subject","alice"]']
    const all = [...names, ...providers, 'x:["https://idp","sid","x"]'].map(
      (name) => `${prefix}:{b63oq}:${name}`,
    )
    const found = (await allKeys()).filter((key) => key.includes('{b63oq}'))
    expect(found).toEqual(all.toSorted())
    if (!kind.includes('cluster')) return
    const slots = await Promise.all(
      found.map(async (key) => Number(await client.send(key, 'CLUSTER', 'KEYSLOT', key))),
    )
    expect(new Set(slots).size).toBe(1)
  })

  it('keys expire with what they hold; a ring never does', async () => {
    const store = redisStore(client.client, { prefix })
    const tag = newTag()
    const keep = async (name: string) => Number(await client.send(name, 'PEXPIRETIME', name))
    const at = keys.ofTag(tag)
    const long = made(await store.createSession(sessionInput(tag)))
    const short = made(await store.createSession(sessionInput(tag, {}, { absoluteTimeout: 60_000 })))
    expect(await keep(at.session(short.sid))).toBe(short.absoluteExpiresAt)
    expect(await keep(at.index(tag))).toBe(long.absoluteExpiresAt)
    await store.rotate(tokenOf(long, 1))
    await logOut(store, long.sid)
    expect(await keep(at.session(long.sid))).toBe(long.absoluteExpiresAt)
    const { now } = await store.checkSession(tag, undefined)
    await endAll(store, tag, { keepFor: 90_000 })
    const first = await keep(at.epoch(tag))
    expect(first).toBeGreaterThanOrEqual(now + 90_000)
    await endAll(store, tag, { keepFor: 10 })
    expect(await keep(at.epoch(tag))).toBe(first)
    const until = now + 50_000
    expect(await store.useOnce('proof', 'id', until)).toBe(true)
    expect(await keep(keys.ofText('proof id').once('proof', 'id'))).toBe(until)
    await store.writeKeyRing('main', 0, 'ring')
    expect(await keep(keys.ofText('main').ring('main'))).toBe(-1)
  })

  it('under a test clock, the server expires nothing', async () => {
    let now = 0
    const store = redisStore(client.client, { prefix, now: () => now })
    const tag = newTag()
    const session = made(await store.createSession(sessionInput(tag)))
    expect(session).toMatchObject({ createdAt: 0, revokedAt: undefined })
    expect(await store.useOnce('proof', 'id', 10)).toBe(true)
    expect(await store.useOnce('proof', 'id', 10)).toBe(false)
    expect(await logOut(store, session.sid)).toBe(true)
    expect(await store.rotate(tokenOf(session, 1))).toMatchObject({
      outcome: 'revoked',
      session: { revokedAt: 0 },
    })
    expect(await endAll(store, tag, { keepFor: 5 })).toMatchObject({ epoch: 1 })
    now = 1000
    expect(await store.checkSession(tag, undefined)).toMatchObject({ now: 1000, epoch: 1 })
    for (const key of await allKeys()) expect(await client.send(key, 'PTTL', key)).toBe(-1)
  })

  it('[I-12] a dump of all keys has no secret of a session', async () => {
    const store = redisStore(client.client, { prefix })
    const secret = randomBytes(16)
    const secretHash = createHash('sha256').update(secret).digest('base64url')
    const session = made(await store.createSession(sessionInput(newTag(), { secretHash })))
    await store.rotate(tokenOf(session, 1))
    await logOut(store, session.sid)
    let dump = ''
    for (const key of await allKeys()) {
      const type = String(await client.send(key, 'TYPE', key))
      const read = {
        string: ['GET', key],
        zset: ['ZRANGE', key, '0', '-1'],
        stream: ['XRANGE', key, '-', '+'],
      }
      dump += key + JSON.stringify(await client.send(key, ...(read[type as keyof typeof read] ?? [])))
    }
    expect(dump).toContain(secretHash)
    for (const encoding of ['base64url', 'base64', 'hex', 'latin1', 'utf8'] as const)
      expect(dump).not.toContain(secret.toString(encoding))
  })

  it('[I-19] the epoch ends sessions that no index knows', async () => {
    const store = redisStore(client.client, { prefix })
    const tag = newTag()
    const session = made(await store.createSession(sessionInput(tag)))
    const index = keys.ofTag(tag).index(tag)
    await client.send(index, 'DEL', index)
    expect(await listed(store, tag)).toEqual([])
    await endAll(store, tag)
    expect(await store.checkSession(tag, session.sid)).toMatchObject({ state: 'revoked' })
    expect(await store.rotate(tokenOf(session, 1))).toMatchObject({ outcome: 'revoked' })
  })

  it('lists drop from the index what is not there, and what has ended is behind those that are live', async () => {
    const store = redisStore(client.client, { prefix })
    const tag = newTag()
    const index = keys.ofTag(tag).index(tag)
    const session = made(await store.createSession(sessionInput(tag)))
    await client.send(index, 'ZADD', index, String(session.absoluteExpiresAt), `${tag}.gone`)
    expect((await listed(store, tag)).map(({ sid }) => sid)).toEqual([session.sid])
    expect(await client.send(index, 'ZRANGE', index, '0', '-1')).toEqual([session.sid])
    const scores = async () => (await client.send(index, 'ZMSCORE', index, session.sid)) as unknown[]
    await endAll(store, tag)
    expect((await scores()).map(Number)).toEqual([session.absoluteExpiresAt])
    expect(await listed(store, tag)).toEqual([])
    expect((await scores()).map(Number)).toEqual([-session.absoluteExpiresAt])
  })

  it('a new session clears the index of those past their absolute expiry, ended or not', async () => {
    let now = 1000
    const store = redisStore(client.client, { prefix, now: () => now })
    const tag = newTag()
    const brief = { absoluteTimeout: 10 }
    const ended = made(await store.createSession(sessionInput(tag, {}, brief)))
    await store.createSession(sessionInput(tag, {}, brief))
    await logOut(store, ended.sid)
    now = 1010
    const { sid } = made(await store.createSession(sessionInput(tag)))
    const index = keys.ofTag(tag).index(tag)
    expect(await client.send(index, 'ZRANGE', index, '0', '-1')).toEqual([sid])
  })

  it('a write that a failover lost: one generation ahead is adopted once, two are expired', async () => {
    const store = redisStore(client.client, { prefix })
    const tag = newTag()
    const session = made(await store.createSession(sessionInput(tag)))
    const key = keys.ofTag(tag).session(session.sid)
    // DUMP is binary: a copy keeps the older state as a replica would
    await client.send(key, 'COPY', key, `${key}:old`)
    await store.rotate(tokenOf(session, 1))
    await client.send(key, 'COPY', `${key}:old`, key, 'REPLACE')
    expect(await store.rotate(tokenOf(session, 2))).toMatchObject({
      outcome: 'ahead',
      session: { gen: 2, used: true },
    })
    expect(await store.rotate(tokenOf(session, 2))).toMatchObject({ outcome: 'rotated', session: { gen: 3 } })
    await client.send(key, 'COPY', `${key}:old`, key, 'REPLACE')
    expect(await store.rotate(tokenOf(session, 3))).toMatchObject({ outcome: 'expired', session: { gen: 1 } })
    const durable = redisStore(client.client, { prefix, mayLoseWrites: false })
    expect(await durable.rotate(tokenOf(session, 2))).toMatchObject({
      outcome: 'expired',
      session: { gen: 1 },
    })
    // the session is as it was: nobody was taken for a thief
    expect(await store.rotate(tokenOf(session, 1))).toMatchObject({ outcome: 'rotated' })
  })

  it('recoverSessions finds the sessions of all masters, more than one step of SCAN has', async () => {
    let now = 1000
    const store = redisStore(client.client, { prefix, now: () => now })
    const tags = Array.from({ length: 700 }, newTag)
    await Promise.all(tags.map(async (tag) => store.createSession(sessionInput(tag))))
    now = 1001
    const newer = made(await store.createSession(sessionInput(newTag())))
    expect(await store.recoverSessions(1000, REVOKE_FOR)).toBe(700)
    expect(await store.recoverSessions(1000, REVOKE_FOR)).toBe(0)
    expect(await store.rotate(tokenOf(newer, 1))).toMatchObject({ outcome: 'rotated' })
  })

  it('a client that sends a command twice makes one session', async () => {
    const store = redisStore(client.client, { prefix })
    const input = sessionInput(newTag())
    const first = await store.createSession(input)
    expect(await store.createSession(input)).toEqual({ ...first, now: expect.any(Number) })
    const other = { ...input, session: { ...input.session, secretHash: 'another' } }
    await expect(store.createSession(other)).rejects.toThrow('a session with this sid already exists')
    await logOut(store, input.session.sid)
    await expect(store.createSession(input)).rejects.toThrow('a session with this sid already exists')
  })
})
