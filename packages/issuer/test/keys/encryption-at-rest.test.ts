import { createIssuer, type KeyEncryption } from '@countersign/issuer'
import { fakeClock } from '@countersign/forge'
import { randomBytes } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import { readKeyEncryption } from '../../src/keys/key-encryption.ts'
import { createSeal } from '../../src/keys/seal.ts'
import { faultyStore, INPUT, ISSUER, signingKid, verifyWith } from '../support.ts'

let clock = fakeClock()
let store = faultyStore(clock)
beforeEach(() => {
  clock = fakeClock()
  store = faultyStore(clock)
})
const start = (keyEncryption?: KeyEncryption) =>
  createIssuer({ issuer: ISSUER, store, keyEncryption, now: clock.now })

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

  it('a private key that was moved to another name does not open', async () => {
    const seal = createSeal(readKeyEncryption(good))
    const sealed = await seal.close('one', { kty: 'oct' })
    expect(await seal.open('one', sealed)).toEqual({ kty: 'oct' })
    await expect(seal.open('two', sealed)).rejects.toThrow('belongs to another key')
  })
})
