import { createIssuer, type KeyEncryption } from '@countersign/issuer'
import { fakeClock } from '@countersign/forge'
import { createHmac, hkdfSync, pbkdf2Sync, randomBytes } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import { faultyStore, INPUT, ISSUER, signingKid, verifyWith } from '../support.ts'

let clock = fakeClock()
let store = faultyStore(clock)
beforeEach(() => {
  clock = fakeClock()
  store = faultyStore(clock)
})
const start = (keyEncryption?: KeyEncryption) =>
  createIssuer({ issuer: ISSUER, store, keyEncryption, now: clock.now })

const PURPOSE = 'countersign key ring'

function macOf({ passphrase, wrappingKey }: KeyEncryption, salt: string, ring: string): string {
  const strong = wrappingKey ?? pbkdf2Sync(passphrase, `${PURPOSE}\0${salt}`, 210_000, 32, 'sha512')
  const key = Buffer.from(hkdfSync('sha256', strong, salt, PURPOSE, 32))
  return createHmac('sha256', key)
    .update(JSON.stringify([PURPOSE, ISSUER, ring]))
    .digest('base64url')
}

describe.each<[string, KeyEncryption, KeyEncryption]>([
  ['a passphrase', { passphrase: 'correct horse battery' }, { passphrase: 'another one altogether' }],
  ['a wrapping key', { wrappingKey: randomBytes(32) }, { wrappingKey: randomBytes(32) }],
])('with %s', (_, good, bad) => {
  it('the store never sees a private key, and who has it signs with the same key', async () => {
    const issuer = start(good)
    const { token } = await issuer.accessToken(INPUT)
    await verifyWith(await issuer.jwks(), token, clock.now())
    const { content } = store.get()!
    expect(content).not.toContain('"d"')
    const sealed = /"sealed":"([\w-]+)\./.exec(content)?.[1] ?? ''
    expect(Buffer.from(sealed, 'base64url').toString()).toContain('"cty":"jwk+json"')
    const kid = await signingKid(issuer)
    expect(await signingKid(start(good))).toBe(kid)
  })

  it('who has another is told so at start, and changes nothing', async () => {
    await start(good).ready()
    const before = store.get()
    for (const issuer of [start(bad), start(undefined)]) {
      await expect(issuer.ready()).rejects.toThrow('keyEncryption')
      await expect(issuer.accessToken(INPUT)).rejects.toThrow('keyEncryption')
    }
    expect(store.get()).toEqual(before)
  })

  it('a private key that somebody with the secret moved to another name does not sign', async () => {
    const issuer = start(good)
    await issuer.ready()
    await issuer.rotate()
    const { version, content } = store.get()!
    const [, salt = '', , text = ''] = /^hs256\.(.{22})\.(.{43})\.(.*)$/.exec(content) ?? []
    // The form that is written down in ADR 0030, made without our code.
    const authenticated = (ring: string): string => `hs256.${salt}.${macOf(good, salt, ring)}.${ring}`
    expect(authenticated(text)).toBe(content)
    const ring = JSON.parse(text) as { keys: { private: unknown }[] }
    const [first, second] = ring.keys
    first!.private = second!.private
    store.set(ISSUER, { version: version + 1, content: authenticated(JSON.stringify(ring)) })
    await expect(start(good).accessToken(INPUT)).rejects.toThrow('belongs to another key')
  })
})
