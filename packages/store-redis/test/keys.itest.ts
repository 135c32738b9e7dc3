// What the store leaves on the server: which keys, for how long, with what in them. All kinds of clients.
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { redisStore } from '@countersign/store-redis'
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { clientKinds, type TestClient } from './support/clients.ts'
import { made, newTag, sessionInput, tokenOf } from './support/sessions.ts'

const servers = { url: inject('redisUrl'), nodes: inject('redisClusterNodes') }

describe.each(Object.entries(clientKinds))('keys, %s', (kind, openClient) => {
  let client: TestClient
  let prefix: string
  beforeEach(async () => {
    client = await openClient(servers)
    prefix = `test:${randomUUID()}`
  })
  afterEach(async () => client.close())

  async function allKeys(): Promise<string[]> {
    return (await client.sendToAll('KEYS', `${prefix}:*`)).flat().map(String).toSorted()
  }

  it('all keys of a subject are in one slot', async () => {
    const store = redisStore(client.client, { prefix })
    const [tag, other] = [newTag(), newTag()]
    await store.createSession(sessionInput(tag))
    await store.createSession(sessionInput(tag))
    await endAll(store, tag)
    await store.createSession(sessionInput(other))
    const keys = (await allKeys()).filter((key) => key.includes(tag))
    expect(keys).toHaveLength(4)
    if (!kind.includes('cluster')) return
    const slots = await Promise.all(
      keys.map(async (key) => Number(await client.send(key, 'CLUSTER', 'KEYSLOT', key))),
    )
    expect(new Set(slots).size).toBe(1)
  })

  it('keys expire with what they hold; a ring never does', async () => {
    const store = redisStore(client.client, { prefix })
    const tag = newTag()
    const keep = async (name: string) => Number(await client.send(name, 'PEXPIRETIME', name))
    const base = `${prefix}:{${tag}}:`
    const long = made(await store.createSession(sessionInput(tag)))
    const short = made(await store.createSession(sessionInput(tag, {}, { absoluteTimeout: 60_000 })))
    expect(await keep(`${base}s:${short.sid}`)).toBe(short.absoluteExpiresAt)
    expect(await keep(`${base}index`)).toBe(long.absoluteExpiresAt)
    await store.rotate(tokenOf(long, 1))
    await logOut(store, long.sid)
    expect(await keep(`${base}s:${long.sid}`)).toBe(long.absoluteExpiresAt)
    const { now } = await store.checkSession(tag, undefined)
    await endAll(store, tag, { keepFor: 90 })
    const first = await keep(`${base}epoch`)
    expect(first).toBeGreaterThanOrEqual(now + 90_000)
    await endAll(store, tag, { keepFor: 10 })
    expect(await keep(`${base}epoch`)).toBe(first)
    const until = now + 50_000
    expect(await store.useOnce('proof', 'id', until)).toBe(true)
    expect(await keep(`${prefix}:{once:proof:id}`)).toBe(until)
    await store.writeKeyRing('main', 0, 'ring')
    expect(await keep(`${prefix}:{ring:main}`)).toBe(-1)
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
    expect(await endAll(store, tag, { keepFor: 5 })).toBe(1)
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
    let dump = ''
    for (const key of await allKeys()) {
      const isText = (await client.send(key, 'TYPE', key)) === 'string'
      dump +=
        key +
        String(await (isText ? client.send(key, 'GET', key) : client.send(key, 'ZRANGE', key, '0', '-1')))
    }
    expect(dump).toContain(secretHash)
    for (const encoding of ['base64url', 'base64', 'hex', 'latin1', 'utf8'] as const)
      expect(dump).not.toContain(secret.toString(encoding))
  })

  it('[I-19] the epoch ends sessions that no index knows', async () => {
    const store = redisStore(client.client, { prefix })
    const tag = newTag()
    const session = made(await store.createSession(sessionInput(tag)))
    await client.send(`${prefix}:{${tag}}:index`, 'DEL', `${prefix}:{${tag}}:index`)
    expect(await store.listSessions(tag)).toMatchObject({ sessions: [] })
    await endAll(store, tag)
    expect(await store.checkSession(tag, session.sid)).toMatchObject({ state: 'revoked' })
    expect(await store.rotate(tokenOf(session, 1))).toMatchObject({ outcome: 'revoked' })
  })

  it('lists drop from the index what is not live', async () => {
    const store = redisStore(client.client, { prefix })
    const tag = newTag()
    const index = `${prefix}:{${tag}}:index`
    const session = made(await store.createSession(sessionInput(tag)))
    await client.send(index, 'ZADD', index, String(session.absoluteExpiresAt), `${tag}.gone`)
    expect((await listed(store, tag)).map(({ sid }) => sid)).toEqual([session.sid])
    expect(await client.send(index, 'ZRANGE', index, '0', '-1')).toEqual([session.sid])
  })

  it('a write that a failover lost: one generation ahead is adopted once, two are expired', async () => {
    const store = redisStore(client.client, { prefix })
    const tag = newTag()
    const session = made(await store.createSession(sessionInput(tag)))
    const key = `${prefix}:{${tag}}:s:${session.sid}`
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
    expect((await store.createSession(input)).session).toEqual(first.session)
    const other = { ...input, session: { ...input.session, secretHash: 'another' } }
    await expect(store.createSession(other)).rejects.toThrow('the session exists')
  })
})
