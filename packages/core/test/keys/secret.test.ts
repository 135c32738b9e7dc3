import { createAuthenticator, createCsrfTokens, OptionError } from '@countersign/core'
import { certificateOf, createSigner } from '@countersign/forge'
import { createSecretKey, generateKeyPairSync, randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { base, resultOf } from '../support/authenticate.ts'
import { optionError } from '../support/options.ts'
import { fc } from '../support/property.ts'

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const ec = createSigner({ alg: 'ES256' })
const ed = createSigner({ alg: 'Ed25519' })
const spki = publicKey.export({ type: 'spki', format: 'pem' }).toString()
const pems = {
  SPKI: spki,
  'PKCS#1': publicKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
  'X.509': certificateOf(publicKey),
  'EC SPKI': ec.pem,
  'Ed25519 SPKI': ed.pem,
  'private PKCS#8': privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
}
const disguises: Record<string, (text: string) => string | Uint8Array> = {
  'as it is': (text) => text,
  'without newline': (text) => text.trimEnd(),
  'on one line': (text) => text.replaceAll('\n', ''),
  'after white space': (text) => ` \t\r\n${text}`,
  'after a byte order mark': (text) => `\uFEFF${text}`,
  'after a UTF-16 byte order mark': (text) => Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text)]),
  'in UTF-16': (text) => Buffer.from(text, 'utf16le'),
  'after a comment': (text) => `# the key of production\n${text}`,
  'after a control byte': (text) => `\0\u0001\u007F${text}`,
  'with a control byte inside the armour': (text) => text.replace('-----BEGIN', '--\0---BE\u0008GIN'),
  'after a no-break space': (text) => `\u00A0${text}`,
  'in lower case': (text) => text.replace('BEGIN', 'begin'),
  'as bytes': (text) => Buffer.from(text),
}

describe('a secret', () => {
  it.each(Object.entries(pems))(
    '[A3] that is the %s PEM is an error at start, however dressed up',
    (_form, pem) => {
      for (const disguise of Object.values(disguises)) {
        const error = optionError({ secret: disguise(pem) })
        expect(error.option).toBe('secret')
        expect(error.message).toMatch(/"secret" holds a PEM key or certificate: give it as "publicKey"/)
        expect(error.message).not.toContain(pem.split('\n')[1])
      }
      expect.assertions(4 * Object.keys(disguises).length)
    },
  )

  it.each([
    ['a JWK', JSON.stringify(ec.jwk)],
    ['a JWK with white space', JSON.stringify(ec.jwk, null, 2)],
    ['a JWK with an odd order', `{"x" : "abc", "kty"\n:\t"EC"}`],
    ['a JWK after a byte order mark', `\uFEFF${JSON.stringify(ec.jwk)}`],
    ['a symmetric JWK', JSON.stringify({ kty: 'oct', k: randomBytes(32).toString('base64url') })],
    ['a JWKS', JSON.stringify({ keys: [ec.jwk] })],
    ['an empty JWKS', `{ "keys" : [ ] }${' '.repeat(40)}`],
    ['a JWKS as bytes', Buffer.from(JSON.stringify({ keys: [ec.jwk] }))],
  ])('[A4] that is %s is an error at start', (_form, secret) => {
    const error = optionError({ secret })
    expect(error.option).toBe('secret')
    expect(error.message).toMatch(/holds a JWK or JWKS: give it as "publicKey" or "jwks"/)
    expect(error.message).not.toContain(ec.jwk['x'])
  })

  it.each([
    ['RSA SPKI', publicKey.export({ type: 'spki', format: 'der' })],
    ['RSA PKCS#1', publicKey.export({ type: 'pkcs1', format: 'der' })],
    ['EC SPKI', ec.publicKey.export({ type: 'spki', format: 'der' })],
    ['Ed25519 SPKI', ed.publicKey.export({ type: 'spki', format: 'der' })],
    ['X.509', Buffer.from(certificateOf(publicKey).replaceAll(/-----.*-----|\n/g, ''), 'base64')],
  ])('[A3] that is %s in DER is an error at start, in base64 too', (_form, der) => {
    for (const secret of [der, der.toString('base64'), der.toString('base64url')]) {
      expect(optionError({ secret }).message).toMatch(/holds a DER-encoded key or certificate/)
    }
    const lines = der.toString('base64').replaceAll(/.{64}/g, '$&\n')
    expect(optionError({ secret: lines }).message).toMatch(/holds a DER-encoded key or certificate/)
    expect.assertions(8)
  })

  it.each([
    'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQC7',
    'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIz',
    'ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNo',
  ])('[A3] that is an SSH public key is an error at start (%s)', (secret) => {
    expect(optionError({ secret }).message).toMatch(/holds an SSH public key/)
  })

  it.each([
    ['HS256', 32],
    ['HS384', 48],
    ['HS512', 64],
  ] as const)('[A6][A7] for %s has %i bytes or more', (algorithm, length) => {
    for (const short of [1, 2, 3, 8, 16, length - 1]) {
      const secret = randomBytes(short)
      const error = optionError({ secret, algorithms: [algorithm] })
      expect(error.message).toContain(
        `"secret" has ${short} bytes, which is too short: use at least ${length}`,
      )
    }
    for (const options of [
      { secret: randomBytes(length) },
      { secret: [randomBytes(length), randomBytes(99)] },
    ]) {
      createAuthenticator({ ...base, ...options, algorithms: [algorithm] })
    }
    expect.assertions(12)
  })

  it('[A6] is as long as the longest hash of several algorithms asks for', () => {
    const error = optionError({ secret: randomBytes(63), algorithms: ['HS256', 'HS512'] })
    expect(error.message).toContain('has 63 bytes')
  })

  it('[A7] as text counts its bytes in UTF-8, not its characters', () => {
    createAuthenticator({ ...base, secret: 'äöüßéèàçñøåþðœæł' })
    expect(optionError({ secret: 'abcdefghijklmnopqrstuvwxyz01234' }).message).toContain('has 31 bytes')
  })

  it.each([
    ['one byte', 'a'.repeat(64)],
    ['seven bytes', 'abcdefg'.repeat(9)],
    ['zeros', new Uint8Array(64)],
  ])('that repeats %s is an error at start', (_what, secret) => {
    expect(optionError({ secret }).message).toMatch(/"secret" repeats a few bytes only: use random bytes/)
  })

  it.each([
    ['an empty text', '', /has 0 bytes/],
    ['empty bytes', new Uint8Array(), /has 0 bytes/],
    ['an empty list', [], /is empty/],
    ['null', null, /must be a string or a Uint8Array/],
    ['a number', 12_345_678, /must be a string or a Uint8Array/],
    ['an object', {}, /must be a string or a Uint8Array/],
    ['an ArrayBuffer', new ArrayBuffer(64), /must be a string or a Uint8Array/],
    ['a public KeyObject', publicKey, /is a public key: give public keys as "publicKey"/],
    ['a private KeyObject', privateKey, /is a private key/],
    ['undefined', undefined, /is given, but undefined: set it \(an environment variable may be missing\)/],
  ])('[A5] that is %s is an error at start', (_what, secret, message) => {
    const error = optionError({ secret })
    expect(error.option).toBe('secret')
    expect(error.message).toMatch(message)
  })

  it('may be text, bytes or a KeyObject', async () => {
    const text = randomBytes(32).toString('hex')
    const signer = createSigner({ alg: 'HS256', kid: null, secret: Buffer.from(text) })
    for (const secret of [
      text,
      Buffer.from(text),
      createSecretKey(Buffer.from(text)),
      [randomBytes(32), text],
    ]) {
      expect(await resultOf(createAuthenticator({ ...base, secret }), signer.token())).toBe('authenticated')
    }
    expect.assertions(4)
  })

  it('is copied, so that wiping it afterwards changes nothing', async () => {
    const secret = randomBytes(32)
    const signer = createSigner({ alg: 'HS256', kid: null, secret: Buffer.from(secret) })
    const authenticator = createAuthenticator({ ...base, secret })
    secret.fill(0)
    expect(await resultOf(authenticator, signer.token())).toBe('authenticated')
  })

  it('that is random is never taken for anything else', () => {
    const property = fc.property(fc.uint8Array({ minLength: 32, maxLength: 64, size: 'max' }), (bytes) => {
      // the worst case: random bytes that begin like a short DER sequence
      const alike = Uint8Array.from([0x30, bytes.length - 2, ...bytes.subarray(2)])
      fc.pre(new Set(alike).size >= 8 && new Set(bytes).size >= 8)
      for (const secret of [bytes, alike]) expect(() => createCsrfTokens([secret])).not.toThrow()
    })
    fc.assert(property)
    expect.hasAssertions()
  })

  it('never shows in a message, whichever option it is given to', () => {
    const secret = 'correct-horse-battery-staple'
    const options = ['secret', 'publicKey', 'jwks', 'jwksUri', 'issuer', 'csrfSecrets', 'key', 'claims']
    for (const option of options) {
      const error = optionError({ cookie: true, origin: 'https://app.test', [option]: secret })
      expect(error).toBeInstanceOf(OptionError)
      expect(error.message).not.toContain(secret)
    }
    expect.assertions(3 * options.length)
  })
})
