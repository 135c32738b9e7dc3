import { createIssuer, type IssuerEvents } from '@countersign/issuer'
import { memoryStore, StoreUnavailableError } from '@countersign/stores'
import { fakeClock } from '@countersign/forge'
import { createPrivateKey, generateKeyPairSync, sign, type JsonWebKey } from 'node:crypto'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { faultyStore, INPUT, ISSUER, isGood, kidOf, publishedBy, signingKid } from '../support.ts'

// Much is signed here, and machines are busy.
vi.setConfig({ testTimeout: 30_000 })

const LEAD = 3_600
let clock = fakeClock()
let store = faultyStore(clock)
beforeEach(() => {
  clock = fakeClock()
  store = faultyStore(clock)
})
/** A process of its own on the same store, whose clock is off by so many milliseconds. */
const start = (skew = 0) => createIssuer({ issuer: ISSUER, store, now: () => clock.now() + skew })

const heard: [string, unknown][] = []
const hear = (message: unknown, name: string | symbol) => void heard.push([String(name), message])
const CHANNELS: (keyof IssuerEvents)[] = [
  'countersign:key:created',
  'countersign:key:rotated',
  'countersign:key:retired',
  'countersign:key:store-failed',
]
beforeEach(() => {
  heard.length = 0
  for (const name of CHANNELS) subscribe(name, hear)
})
afterEach(() => {
  for (const name of CHANNELS) unsubscribe(name, hear)
})

describe('while the store is down', () => {
  it('no first key can be had, and so no token and no key set', async () => {
    store.down = true
    const issuer = start()
    await expect(issuer.accessToken(INPUT)).rejects.toThrow(StoreUnavailableError)
    await expect(issuer.jwks()).rejects.toThrow(StoreUnavailableError)
    await expect(issuer.ready()).rejects.toThrow(StoreUnavailableError)
    store.down = false
    await issuer.ready()
    expect((await issuer.keys()).map(({ state }) => state)).toEqual(['active'])
  })

  it('[I-38] tokens are signed until another key could be signing, and then no more', async () => {
    const issuer = start()
    const kid = await signingKid(issuer)
    store.down = true
    for (let age = 0; age < LEAD; age += 30) {
      expect(await signingKid(issuer)).toBe(kid)
      expect((await issuer.jwks()).keys).toHaveLength(1)
      clock.advance(30)
    }
    await expect(issuer.accessToken(INPUT)).rejects.toThrow(StoreUnavailableError)
    await expect(issuer.jwks()).rejects.toThrow(StoreUnavailableError)
    store.down = false
    expect(await signingKid(issuer)).toBe(kid)
  })

  it('[I-38] what a process that is cut off publishes expires before a key signs that it does not know', async () => {
    const connected = start()
    await connected.ready()
    // Its own connection is what fails, so it has a store of its own view.
    let cut = false
    const isolated = createIssuer({
      issuer: ISSUER,
      now: clock.now,
      store: {
        acceptsPlainKeys: true,
        readKeyRing: (ring) =>
          cut ? Promise.reject(new StoreUnavailableError('test', undefined)) : store.readKeyRing(ring),
        writeKeyRing: (ring, version, content) => store.writeKeyRing(ring, version, content),
      },
    })
    await isolated.ready()
    cut = true
    await connected.rotate()
    let copies: { kids: unknown[]; until: number }[] = []
    const signing = new Set<string>()
    let failed = 0
    for (let time = 0; time < LEAD + 900; time += 15) {
      const kid = await signingKid(connected)
      signing.add(kid)
      const published = await publishedBy(isolated).catch(() => void failed++)
      if (published)
        copies.push({
          kids: published.set.keys.map((key) => key.kid),
          until: clock.now() + published.maxAge * 1_000,
        })
      copies = copies.filter(({ until }) => until > clock.now())
      for (const { kids } of copies) expect(kids).toContain(kid)
      clock.advance(15)
    }
    expect(signing.size).toBe(2)
    expect(failed).toBeGreaterThan(0)
  })

  it('nobody waits for it, once it is known to be down', async () => {
    let hanging = false
    let asked = 0
    const slow = createIssuer({
      issuer: ISSUER,
      now: clock.now,
      store: {
        acceptsPlainKeys: true,
        readKeyRing(ring) {
          asked++
          return hanging ? new Promise(() => {}) : store.readKeyRing(ring)
        },
        writeKeyRing: (...given) => store.writeKeyRing(...given),
      },
    })
    await slow.ready()
    store.down = true
    clock.advance(31)
    await slow.accessToken(INPUT)
    await expect.poll(() => heard.some(([name]) => name === 'countersign:key:store-failed')).toBe(true)
    hanging = true
    clock.advance(1_000)
    const before = asked
    for (let i = 0; i < 50; i++) await slow.accessToken(INPUT)
    await slow.jwks()
    expect(asked - before).toBe(1)
  })

  it('attempts are made once a second, and an event says why', async () => {
    const issuer = start()
    await issuer.ready()
    store.down = true
    clock.advance(120)
    const before = store.reads
    for (let second = 0; second < 10; second++) {
      for (let i = 0; i < 20; i++) {
        await issuer.accessToken(INPUT)
        await issuer.jwks()
      }
      clock.advance(1)
    }
    expect(store.reads - before).toBe(10)
    const failures = heard.filter(([name]) => name === 'countersign:key:store-failed')
    expect(failures).toHaveLength(10)
    expect(failures[0]?.[1]).toMatchObject({ issuer: ISSUER, cause: expect.any(StoreUnavailableError) })
  })

  it('a key that is taken out is out, even if no other can be made', async () => {
    const issuer = start()
    const kid = await signingKid(issuer)
    const write = store.writeKeyRing
    store.writeKeyRing = async (...given) => {
      const written = await write(...given)
      store.down = true
      return written
    }
    expect(await issuer.retire(kid)).toBe(true)
    await expect(issuer.accessToken(INPUT)).rejects.toThrow(StoreUnavailableError)
    store.down = false
    store.writeKeyRing = write
    expect(await signingKid(issuer)).not.toBe(kid)
  })
})

describe('where keys cannot be made', () => {
  it('those that are there go on, and what others change is seen', async () => {
    let broken = false
    const local = start()
    const keys = new Map<string, JsonWebKey>()
    const signer = {
      async createKey() {
        if (broken) throw new Error('the key service is down')
        const { publicKey, privateKey } = generateKeyPairSync('ed25519')
        const reference = `key-${keys.size}`
        keys.set(reference, privateKey.export({ format: 'jwk' }))
        return { publicJwk: publicKey.export({ format: 'jwk' }), reference }
      },
      async sign({ reference, data }: { reference: string; data: Uint8Array }) {
        return sign(null, data, createPrivateKey({ key: keys.get(reference)!, format: 'jwk' }))
      },
    }
    expect(local.algorithm).toBe('ES256')
    const options = { issuer: ISSUER, store, signer, algorithm: 'EdDSA' as const, now: clock.now }
    const issuer = createIssuer(options)
    const other = createIssuer(options)
    const kid = await signingKid(issuer)
    broken = true
    clock.advance(30 * 86_400)
    for (let hour = 0; hour < 5; hour++) {
      expect(await signingKid(issuer)).toBe(kid)
      clock.advance(3_600)
    }
    expect(await other.retire(kid)).toBe(true)
    clock.advance(61)
    await expect(issuer.accessToken(INPUT)).rejects.toThrow('the key service is down')
    broken = false
    expect(await signingKid(issuer)).not.toBe(kid)
  })
})

describe('a store that lost writes', () => {
  it('that was wiped gets back what the processes know', async () => {
    const [one, two] = [start(), start()]
    const kid = await signingKid(one)
    await two.ready()
    await one.rotate()
    store.set(ISSUER, undefined)
    clock.advance(61)
    expect(await signingKid(two)).toBe(kid)
    clock.advance(61)
    expect(await signingKid(one)).toBe(kid)
    const third = start()
    expect(await signingKid(third)).toBe(kid)
    expect((await third.keys()).map(({ state }) => state)).toEqual(['active', 'next'])
  })

  it('gets back that a key was taken out', async () => {
    const issuer = start()
    const kid = await signingKid(issuer)
    const backup = store.get()!
    await issuer.retire(kid)
    store.set(ISSUER, backup)
    clock.advance(61)
    const other = await signingKid(issuer)
    expect(other).not.toBe(kid)
    expect(await signingKid(start())).toBe(other)
    expect((await start().keys()).find((key) => key.kid === kid)?.state).toBe('removed')
  })

  it('that was restored keeps its keys, and those that were made since', async () => {
    const issuer = start()
    await issuer.ready()
    const backup = store.get()!
    const next = await issuer.rotate()
    clock.advance(LEAD + 1)
    const token = await issuer.accessToken({ ...INPUT, expiresIn: 3_600 })
    expect(kidOf(token.token)).toBe(next.kid)
    store.set(ISSUER, backup)
    clock.advance(61)
    expect(await signingKid(issuer)).toBe(next.kid)
    expect(await isGood(await start().jwks(), token.token, clock.now())).toBe(true)
  })
})

describe('races', () => {
  it('who was too late takes the key of whoever was faster', async () => {
    const [one, two] = [start(), start()]
    store.afterNextRead = () => two.ready()
    const kid = await signingKid(one)
    expect(kid).toBe(await signingKid(two))
    expect((await one.keys()).map((key) => key.kid)).toEqual([kid])
    expect(heard.filter(([name]) => name === 'countersign:key:created')).toHaveLength(1)
  })

  it('an answer that was asked for before a change does not undo it', async () => {
    const issuer = start()
    const kid = await signingKid(issuer)
    clock.advance(31)
    // The refresh has read; before it goes on, the key is taken out.
    let retired: Promise<boolean> | undefined
    store.afterNextRead = async () => {
      retired = issuer.retire(kid)
      await expect.poll(() => store.get()?.version).toBe(2)
    }
    await issuer.accessToken(INPUT)
    await expect.poll(() => retired).toBeDefined()
    expect(await retired).toBe(true)
    expect(await signingKid(issuer)).not.toBe(kid)
  })

  it('[I-39] 20 processes that start at once, or rotate at once, make one key', async () => {
    const all = Array.from({ length: 20 }, (_, i) => start(i * 100))
    const kids = await Promise.all(all.map(signingKid))
    expect(new Set(kids).size).toBe(1)
    const next = await Promise.all(all.map((issuer) => issuer.rotate()))
    expect(new Set(next.map(({ kid }) => kid)).size).toBe(1)
    expect(store.writes).toBe(2)
    clock.advance(LEAD + 30 * 86_400 - 3_600 + 1)
    const later = await Promise.all(all.map(signingKid))
    expect(later).toEqual(later.map(() => next[0]!.kid))
    expect(store.writes).toBe(3)
    const created = heard.filter(([name]) => name === 'countersign:key:created')
    expect(created).toHaveLength(3)
  })

  it('many tokens at once are one change of keys', async () => {
    const issuer = start()
    await Promise.all(Array.from({ length: 50 }, () => issuer.accessToken(INPUT)))
    expect(heard.filter(([name]) => name === 'countersign:key:rotated')).toHaveLength(1)
  })
})

describe('a stored ring that is not understood', () => {
  it.each([
    ['of a later format', JSON.stringify({ format: 2, keys: [] })],
    ['of a later version', JSON.stringify({ format: 1, keys: [{ kid: 'x', algorithm: 'ML-DSA-44' }] })],
    ['that is damaged', '{"format":1,"keys":[{"private":{"jwk":{"d":"SECRET'],
    ['that is no object', 'null'],
  ])('%s is refused, and quoted nowhere', async (_, content) => {
    store.set(ISSUER, { version: 7, content })
    const issuer = start()
    const error = await issuer.accessToken(INPUT).catch((cause: unknown) => cause)
    expect(String(error)).toBe('Error: countersign: the stored key ring has an unknown format or version')
    expect(JSON.stringify([error, heard])).not.toContain('SECRET')
    expect((error as Error).cause).toBeUndefined()
    expect(store.get()?.content).toBe(content)
  })

  it('leaves those alone who have read it before', async () => {
    const issuer = start()
    const kid = await signingKid(issuer)
    const { version } = store.get()!
    store.set(ISSUER, { version: version + 1, content: '{}' })
    clock.advance(300)
    expect(await signingKid(issuer)).toBe(kid)
  })
})

it('core’s memory store will do', async () => {
  const issuer = createIssuer({ issuer: ISSUER, store: memoryStore({ now: clock.now }), now: clock.now })
  const kid = await signingKid(issuer)
  expect((await issuer.rotate()).state).toBe('next')
  clock.advance(LEAD)
  expect(await signingKid(issuer)).not.toBe(kid)
})
