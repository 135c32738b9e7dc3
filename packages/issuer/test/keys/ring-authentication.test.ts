import { memoryStore, type KeyStore } from '@countersign/stores'
import { fakeClock } from '@countersign/forge'
import { createIssuer, fileKeyStore, type Issuer, type KeyEncryption, type Signer } from '@countersign/issuer'
import * as fc from 'fast-check'
import { createPrivateKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { faultyStore, INPUT, ISSUER, signingKid, verifyWith } from '../support.ts'

const LEAD = 3_600
const wrappingKey = randomBytes(32)
let clock = fakeClock()
let folder = ''
let refused: unknown[] = []
const hear = (message: unknown): void => void refused.push(message)
beforeEach(() => {
  clock = fakeClock()
  refused = []
  folder = mkdtempSync(join(tmpdir(), 'ring-'))
  subscribe('countersign:key:ring-refused', hear)
})
afterEach(() => {
  unsubscribe('countersign:key:ring-refused', hear)
  rmSync(folder, { recursive: true })
})

const start = (
  store: KeyStore,
  keyEncryption: KeyEncryption | undefined = { wrappingKey },
  issuer = ISSUER,
): Issuer => createIssuer({ issuer, store, keyEncryption, now: clock.now })

interface StoredKey {
  kid: string
  publicJwk: Record<string, unknown>
  private?: unknown
  createdAt: number
  activeFrom: number
  removedAt?: number | undefined
}
interface Stored {
  revision: number
  keys: StoredKey[]
}

/** What stands before the ring in its text, and the ring. */
function partsOf(text: string): { readonly before: string; readonly ring: Stored } {
  const begin = text.indexOf('{')
  return { before: text.slice(0, begin), ring: JSON.parse(text.slice(begin)) as Stored }
}

/** As somebody who can write to the store, and no more than that. */
async function rewrite(store: KeyStore, change: (text: string) => string): Promise<void> {
  const { version, content = '' } = await store.readKeyRing(ISSUER)
  const changed = change(content)
  expect(changed).not.toBe(content)
  expect(await store.writeKeyRing(ISSUER, version, changed)).toBe(true)
}

const edit =
  (change: (ring: Stored) => unknown) =>
  (text: string): string => {
    const { before, ring } = partsOf(text)
    change(ring)
    return before + JSON.stringify(ring)
  }

const foreign = (): Record<string, unknown> => ({
  ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' }),
  use: 'sig',
  alg: 'ES256',
})

/** The ring has a removed key, an active one and a next one. */
const ATTACKS: readonly [string, (text: string) => string][] = [
  [
    'adds a public key',
    edit(({ keys }) =>
      keys.unshift({
        ...keys[1]!,
        kid: 'theirs',
        publicJwk: { ...foreign(), kid: 'theirs' },
        private: undefined,
      }),
    ),
  ],
  ['puts a public key in place of another', edit(({ keys }) => Object.assign(keys[1]!.publicJwk, foreign()))],
  ['exchanges the names of two keys', edit(({ keys: [, a, b] }) => ([a!.kid, b!.kid] = [b!.kid, a!.kid]))],
  ['lets a key sign sooner', edit(({ keys }) => (keys[2]!.activeFrom = keys[1]!.activeFrom + 1))],
  ['lets a key be published longer', edit(({ keys }) => (keys[2]!.activeFrom += 1_000_000))],
  ['takes back that a key was taken out', edit(({ keys }) => delete keys[0]!.removedAt)],
  ['says that a key was taken out', edit(({ keys }) => (keys[1]!.removedAt = keys[1]!.activeFrom))],
  ['takes a key away', edit(({ keys }) => keys.pop())],
  ['puts the keys in another order', edit((ring) => (ring.keys = ring.keys.toReversed()))],
  ['counts on', edit((ring) => ring.revision++)],
  ['deletes the MAC', (text) => JSON.stringify(partsOf(text).ring)],
  [
    'deletes the MAC, and adds a key that is not encrypted',
    (text) => {
      const { ring } = partsOf(text)
      const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      ring.keys[1]!.publicJwk = { ...publicKey.export({ format: 'jwk' }) }
      ring.keys[1]!.private = { jwk: privateKey.export({ format: 'jwk' }) }
      return JSON.stringify(ring)
    },
  ],
  ['empties it', () => ''],
  ['leaves the MAC alone', (text) => partsOf(text).before],
]

const STORES: readonly [string, () => KeyStore][] = [
  ['in memory', () => memoryStore({ now: clock.now })],
  ['of files', () => fileKeyStore(folder, { dangerouslyUnencrypted: true, now: clock.now })],
]

describe.each(STORES)('whoever writes to a store %s without the secret', (_, open) => {
  let store: KeyStore
  let running: Issuer
  beforeEach(async () => {
    store = open()
    running = start(store)
    await running.retire(await signingKid(running))
    await running.rotate()
  })

  it('finds a ring with a key that was taken out, one that signs and one that waits', async () => {
    expect((await start(store).keys()).map(({ state }) => state)).toEqual(['removed', 'active', 'next'])
  })

  /** What somebody who starts now meets: all of it must be the one refusal, and leave the store alone. */
  async function met(): Promise<unknown> {
    const fresh = start(store)
    const { version } = await store.readKeyRing(ISSUER)
    const all = await Promise.allSettled([
      fresh.ready(),
      fresh.accessToken(INPUT),
      fresh.jwks(),
      fresh.keys(),
      fresh.rotate(),
      fresh.retire('theirs'),
    ])
    const answers = all.map((one) => (one.status === 'rejected' ? String(one.reason) : one.value))
    const wasWritten = (await store.readKeyRing(ISSUER)).version !== version
    return { answers: [...new Set(answers)], events: refused, wasWritten }
  }
  const REFUSED = {
    answers: [expect.stringMatching(/^KeyRingError: .*keyEncryption.*countersign keys generate --replace/)],
    events: expect.arrayContaining([
      expect.objectContaining({ issuer: ISSUER, cause: expect.objectContaining({ name: 'KeyRingError' }) }),
    ]),
    wasWritten: false,
  }

  it.each(ATTACKS)('and %s is not believed', async (_name, attack) => {
    const before = await running.jwks()
    await rewrite(store, attack)
    expect(await met()).toEqual(REFUSED)
    // Who has read it before goes on with what it knows, while that is safe.
    refused = []
    clock.advance(61)
    const { token } = await running.accessToken(INPUT)
    expect(await running.jwks()).toEqual(before)
    await verifyWith(before, token, clock.now())
    expect(refused).toHaveLength(1)
    clock.advance(LEAD)
    await expect(running.accessToken(INPUT)).rejects.toThrow('keyEncryption')
    await expect(running.jwks()).rejects.toThrow('keyEncryption')
  })

  it('and puts a ring of another service with the same secret there is not believed', async () => {
    const other = start(store, undefined, 'https://other.test')
    await other.ready()
    const { content = '' } = await store.readKeyRing('https://other.test')
    await rewrite(store, () => content)
    expect(await met()).toEqual(REFUSED)
  })

  it('and puts a ring of their own there is not believed, encrypted or not', async () => {
    for (const keyEncryption of [undefined, { wrappingKey: randomBytes(32) }]) {
      const own = memoryStore({ now: clock.now })
      await createIssuer({ issuer: ISSUER, store: own, keyEncryption, now: clock.now }).ready()
      const { content = '' } = await own.readKeyRing(ISSUER)
      await rewrite(store, () => content)
      expect(await met()).toEqual(REFUSED)
    }
  })

  it('and undoes the damage: the ring is good again', async () => {
    const { content = '' } = await store.readKeyRing(ISSUER)
    await rewrite(store, () => 'damaged')
    await rewrite(store, () => content)
    expect(await start(store).jwks()).toEqual(await running.jwks())
  })
})

it('a text that is exchanged under the same version is seen', async () => {
  const store = faultyStore(clock)
  const running = start(store)
  await running.ready()
  const { version, content } = store.get()!
  store.set(ISSUER, { version, content: `${content} ` })
  clock.advance(61)
  await running.accessToken(INPUT)
  expect(refused).toHaveLength(1)
})

describe('any change of the text', () => {
  async function written(): Promise<{ text: string; read: (text: string) => Promise<unknown> }> {
    const store = faultyStore(clock)
    await start(store).ready()
    const text = store.get()!.content
    const read = (changed: string) => {
      store.set(ISSUER, { version: 2, content: changed })
      return start(store).jwks()
    }
    await read(text)
    return { text, read }
  }

  it('of one bit is refused', async () => {
    const { text, read } = await written()
    expect(text.length).toBeGreaterThan(500)
    for (let at = 0; at < text.length; at++) {
      const changed = text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ 1) + text.slice(at + 1)
      await expect(read(changed), `character ${at}`).rejects.toThrow('keyEncryption')
    }
  })

  it('of salt and MAC to others that mean the same bytes is refused', async () => {
    const { text, read } = await written()
    const [label = '', salt = '', mac = '', ring = ''] = /^(\w+)\.([\w-]+)\.([\w-]+)\.(.*)$/
      .exec(text)!
      .slice(1)
    const sameBytes = (encoded: string): string[] =>
      'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
        .split('')
        .map((last) => encoded.slice(0, -1) + last)
        .filter((other) => other !== encoded)
        .filter((other) => Buffer.from(other, 'base64url').equals(Buffer.from(encoded, 'base64url')))
    const salts = sameBytes(salt).map((other) => [label, other, mac, ring].join('.'))
    const macs = sameBytes(mac).map((other) => [label, salt, other, ring].join('.'))
    expect([salts.length, macs.length]).toEqual([15, 3])
    for (const changed of [...salts, ...macs]) await expect(read(changed)).rejects.toThrow('keyEncryption')
  })

  it('of one character, more or less or another, is refused', async () => {
    const { text, read } = await written()
    await fc.assert(
      fc.asyncProperty(
        fc.nat(text.length - 1),
        fc.string({ unit: 'binary', maxLength: 1 }),
        fc.boolean(),
        async (at, piece, inPlace) => {
          const changed = text.slice(0, at) + piece + text.slice(inPlace ? at + 1 : at)
          fc.pre(changed !== text)
          await expect(read(changed)).rejects.toThrow('keyEncryption')
        },
      ),
      { numRuns: 300 },
    )
  })
})

describe('an older ring that was authentic', () => {
  const history = async (): Promise<{
    store: ReturnType<typeof faultyStore>
    running: Issuer
    leaked: string
    versions: { version: number; content: string }[]
  }> => {
    const store = faultyStore(clock)
    const versions: { version: number; content: string }[] = []
    const keep = (): void => void versions.push(store.get()!)
    const running = start(store)
    const leaked = await signingKid(running)
    keep()
    await running.rotate()
    keep()
    clock.advance(LEAD)
    await running.ready()
    await running.rotate()
    keep()
    await running.retire(leaked)
    return { store, running, leaked, versions }
  }
  const published = async (issuer: Issuer): Promise<unknown[]> =>
    (await issuer.jwks()).keys.map(({ kid }) => kid)

  it.each([0, 1, 2])('does not bring a key back where a process knows better: version %i', async (index) => {
    const { store, running, leaked, versions } = await history()
    const good = await published(running)
    store.set(ISSUER, versions[index])
    clock.advance(2)
    expect(await published(running)).toEqual(good)
    // It has written down what it knows.
    expect(await published(start(store))).toEqual(good)
    expect((await start(store).keys()).find(({ kid }) => kid === leaked)?.state).toBe('removed')
  })

  it('nor under a version that the store has not had yet', async () => {
    const { store, running, versions } = await history()
    const good = await published(running)
    store.set(ISSUER, { version: 40, content: versions[0]!.content })
    clock.advance(2)
    expect(await published(running)).toEqual(good)
  })

  it('nor in small steps', async () => {
    const { store, running, versions } = await history()
    const good = await published(running)
    // What the process writes down between two steps is later than any step.
    for (const index of [0, 2, 1, 2]) {
      store.set(ISSUER, versions[index])
      clock.advance(2)
      expect(await published(running)).toEqual(good)
    }
  })

  it('nor where another has written as often since', async () => {
    const { store, running, leaked, versions } = await history()
    // Both have changed the third version: one by taking a key out, the other not.
    const forked = memoryStore({ now: clock.now })
    for (let version = 0; version < 2; version++) await forked.writeKeyRing(ISSUER, version, 'x')
    await forked.writeKeyRing(ISSUER, 2, versions[2]!.content)
    const other = start(forked)
    await other.retire((await other.keys()).at(-1)!.kid)
    const { version, content = '' } = await forked.readKeyRing(ISSUER)
    expect(partsOf(content).ring.revision).toBe(partsOf(store.get()!.content).ring.revision)
    store.set(ISSUER, { version, content })
    clock.advance(2)
    expect(await published(running)).not.toContain(leaked)
  })
})

describe('with a signer', () => {
  it('keyEncryption authenticates the ring, which holds no private key', async () => {
    const keys = new Map<string, ReturnType<typeof generateKeyPairSync>['privateKey']>()
    const signer: Signer = {
      async createKey() {
        const { publicKey, privateKey } = generateKeyPairSync('ed25519')
        const reference = `key-${keys.size}`
        keys.set(reference, privateKey)
        return { publicJwk: publicKey.export({ format: 'jwk' }), reference }
      },
      sign: async ({ reference, data }) =>
        sign(null, data, createPrivateKey(keys.get(reference)!.export({ format: 'pem', type: 'pkcs8' }))),
    }
    const store = faultyStore(clock)
    const options = { issuer: ISSUER, store, signer, algorithm: 'EdDSA' as const, now: clock.now }
    const sealed = { ...options, keyEncryption: { wrappingKey } }
    const issuer = createIssuer(sealed)
    const { token } = await issuer.accessToken(INPUT)
    await verifyWith(await issuer.jwks(), token, clock.now())
    await rewrite(
      store,
      edit(({ keys: [key] }) => (key!.publicJwk = foreign())),
    )
    await expect(createIssuer(sealed).jwks()).rejects.toThrow('keyEncryption')
  })
})

describe('without keyEncryption', () => {
  it('a ring that was authenticated is not read', async () => {
    const store = faultyStore(clock)
    await start(store).ready()
    const before = store.get()
    const plain = createIssuer({ issuer: ISSUER, store, now: clock.now })
    await expect(plain.jwks()).rejects.toThrow('set "keyEncryption"')
    await expect(plain.ready()).rejects.toThrow('set "keyEncryption"')
    expect(store.get()).toEqual(before)
  })

  it('a ring is plain JSON, which any writer can change', async () => {
    const store = faultyStore(clock)
    const plain = () => createIssuer({ issuer: ISSUER, store, now: clock.now })
    await plain().ready()
    await rewrite(
      store,
      edit(({ keys }) => keys.push({ ...keys[0]!, kid: 'theirs', publicJwk: foreign() })),
    )
    expect((await plain().jwks()).keys.map(({ kid }) => kid)).toContain('theirs')
  })
})

it('a passphrase does it too: whoever starts later derives the same key', { timeout: 60_000 }, async () => {
  const store = faultyStore(clock)
  const secret = { passphrase: 'correct horse battery' }
  const all = Array.from({ length: 3 }, () => start(store, secret))
  expect(new Set(await Promise.all(all.map(signingKid))).size).toBe(1)
  const salt = (): unknown => store.get()!.content.split('.')[1]
  const before = salt()
  await all[0]!.rotate()
  clock.advance(2)
  await all[1]!.retire((await all[1]!.keys())[1]!.kid)
  await all[2]!.rotate()
  expect(salt()).toBe(before)
  expect((await start(store, secret).keys()).map(({ state }) => state)).toEqual(['active', 'removed', 'next'])
  await rewrite(
    store,
    edit(({ keys }) => keys.pop()),
  )
  await expect(start(store, secret).jwks()).rejects.toThrow('is "keyEncryption" right?')
})
