import { engine } from '#engine'
import { OptionError, type DecryptionKeyMaterial, type DecryptionOptions } from '@countersign/core'
import { createRecipient } from '@countersign/forge'
import { importJWK, type JWK } from 'jose'
import {
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  generateKeyPairSync,
  randomBytes,
} from 'node:crypto'
import { describe, expect, it, vi } from 'vitest'
import { ecPair, encryptTo, rsaPair, secretPair, signer, x25519Pair } from '../support/encrypt.ts'
import { resultOf, refusalOf, bearer, trusting } from '../support/authenticate.ts'
import { optionError, thrownBy } from '../support/options.ts'

const inner = signer.token()
const opening = (key: DecryptionOptions['key'], more: Partial<DecryptionOptions> = {}) =>
  trusting(signer, { decryption: { key, ...more } })

const rsa = rsaPair()
const ec = ecPair('P-384')
const x25519 = x25519Pair()
const keyObjectOf = (jwk: JWK) => createPrivateKey({ key: jwk as never, format: 'jwk' })
const pemOf = (jwk: JWK) => keyObjectOf(jwk).export({ type: 'pkcs8', format: 'pem' }).toString()
const toRsa = () => encryptTo(rsa.publicJwk, inner, { alg: 'RSA-OAEP-256' })
const toEc = () => encryptTo(ec.publicJwk, inner, { alg: 'ECDH-ES+A128KW' })
const toX25519 = () => encryptTo(x25519.publicJwk, inner, { alg: 'ECDH-ES' })
const secret = secretPair(32)
const secretBytes = Buffer.from(secret.publicJwk.k!, 'base64url')
const toSecret = () => encryptTo(secret.publicJwk, inner, { alg: 'A256GCMKW' })

/** The verdict on a token, or where an `OptionError` came from before there was any. */
async function attempt(key: DecryptionKeyMaterial, token: string): Promise<string> {
  let when = 'at start'
  try {
    const authenticator = opening(key)
    when = 'of ready()'
    await authenticator.ready()
    return await resultOf(authenticator, token)
  } catch (error) {
    return error instanceof OptionError ? `OptionError ${when}` : 'another error'
  }
}

describe('a key is read', () => {
  it.each<[string, () => DecryptionKeyMaterial | Promise<DecryptionKeyMaterial>, () => Promise<string>]>([
    ['RSA as PEM', () => pemOf(rsa.privateJwk), toRsa],
    ['[V-32] RSA as the bytes of a PEM', () => Buffer.from(pemOf(rsa.privateJwk)), toRsa],
    [
      '[V-32] RSA as PEM with \\n for line breaks',
      () => pemOf(rsa.privateJwk).replaceAll('\n', String.raw`\n`),
      toRsa,
    ],
    ['RSA as PEM with lines around it', () => `\n${pemOf(rsa.privateJwk)}\n`, toRsa],
    ['RSA as JWK', () => rsa.privateJwk, toRsa],
    ['RSA as JWK with alg and use', () => ({ ...rsa.privateJwk, alg: 'RSA-OAEP-256', use: 'enc' }), toRsa],
    ['RSA as frozen JWK', () => Object.freeze({ ...rsa.privateJwk, key_ops: ['unwrapKey'] }), toRsa],
    [
      'RSA as CryptoKey',
      async () => (await importJWK(rsa.privateJwk, 'RSA-OAEP-256')) as DecryptionKeyMaterial,
      toRsa,
    ],
    ['a P-384 key as PEM', () => pemOf(ec.privateJwk), toEc],
    ['a P-384 key as JWK', () => ec.privateJwk, toEc],
    [
      'a P-384 key as CryptoKey',
      async () => (await importJWK(ec.privateJwk, 'ECDH-ES')) as DecryptionKeyMaterial,
      toEc,
    ],
    ['an X25519 key as PEM', () => pemOf(x25519.privateJwk), toX25519],
    ['an X25519 key as JWK', () => x25519.privateJwk, toX25519],
    [
      'an X25519 key as CryptoKey',
      async () => (await importJWK(x25519.privateJwk, 'ECDH-ES')) as DecryptionKeyMaterial,
      toX25519,
    ],
    ['a secret as bytes', () => secretBytes, toSecret],
    ['a secret as JWK', () => secret.privateJwk, toSecret],
    ['a secret as KeyObject', () => createSecretKey(secretBytes), toSecret],
  ])('%s', async (_what, material, token) => {
    const authenticator = opening(await material())
    await authenticator.ready()
    expect(await resultOf(authenticator, await token())).toBe('authenticated')
  })

  it('as KeyObject, by Node; elsewhere it is an error at start', async () => {
    const expected = engine.name === 'node' ? 'authenticated' : 'OptionError at start'
    expect(await attempt(keyObjectOf(rsa.privateJwk), await toRsa())).toBe(expected)
    expect(await attempt(keyObjectOf(ec.privateJwk), await toEc())).toBe(expected)
  })

  it('once: bytes that are changed later change nothing', async () => {
    const bytes = new Uint8Array(secretBytes)
    const authenticator = opening(bytes)
    bytes.fill(0)
    expect(await resultOf(authenticator, await toSecret())).toBe('authenticated')
  })

  it('and shown by nothing that can be seen of an authenticator', async () => {
    const authenticator = opening(rsa.privateJwk)
    await authenticator.ready()
    const { decryption } = [...authenticator.policy.issuers.values()][0]!
    expect(decryption).toEqual({
      algorithms: expect.any(Set),
      encryptions: expect.any(Set),
      required: true,
    })
    expect(Object.isFrozen(decryption)).toBe(true)
  })
})

describe('a JWK', () => {
  const spellings = [
    (text: string) => text.padEnd(Math.ceil(text.length / 4) * 4, '='),
    (text: string) => Buffer.from(text, 'base64url').toString('base64'),
  ]

  it.each([
    ['RSA', rsaPair(), 'RSA-OAEP-256'],
    ['EC', ecPair(), 'ECDH-ES'],
    ['OKP', x25519Pair(), 'ECDH-ES'],
    ['oct', secretPair(32), 'dir'],
  ])(
    '[V-28] may have its bytes padded or in the standard alphabet, and members that are null: %s',
    async (_kty, pair, alg) => {
      for (const spell of spellings) {
        const jwk = Object.fromEntries(
          Object.entries(pair.privateJwk).map(([name, value]) => [
            name,
            ['kty', 'crv'].includes(name) ? value : spell(value as string),
          ]),
        )
        const key = { ...jwk, use: null, alg: null, kid: null, key_ops: null, x5c: null }
        expect(await resultOf(opening(key), await encryptTo(pair.publicJwk, inner, { alg }))).toBe(
          'authenticated',
        )
      }
      expect.assertions(2)
    },
  )
})

describe('several keys', () => {
  const [a, b] = ['a', 'b'].map((kid) => createRecipient({ kid })) as [
    ReturnType<typeof createRecipient>,
    ReturnType<typeof createRecipient>,
  ]

  it('[I-48] a kid selects the key, and no other is tried', async () => {
    const both = opening([a.jwk, b.jwk])
    const decrypt = vi.spyOn(crypto.subtle, 'decrypt')
    expect(await resultOf(both, a.encrypt(inner))).toBe('authenticated')
    expect(await resultOf(both, b.encrypt(inner))).toBe('authenticated')
    decrypt.mockClear()
    expect(await resultOf(both, a.encrypt(inner, { kid: 'b' }))).toBe('401 decryption_failed')
    // the content key, and what it encrypts under one that was made up
    expect(decrypt.mock.calls.filter(([parameters]) => parameters === 'RSA-OAEP')).toHaveLength(1)
    expect(await resultOf(both, a.encrypt(inner, { kid: 'c' }))).toBe('401 decryption_failed')
    decrypt.mockRestore()
  })

  it('[I-48] without a kid each is tried, and after the removal of one its tokens are refused', async () => {
    expect(await resultOf(opening([a.jwk, b.jwk]), a.encrypt(inner, { kid: undefined }))).toBe(
      'authenticated',
    )
    expect(await resultOf(opening([a.jwk, b.jwk]), b.encrypt(inner, { kid: undefined }))).toBe(
      'authenticated',
    )
    expect(await resultOf(opening([b.jwk]), a.encrypt(inner, { kid: undefined }))).toBe(
      '401 decryption_failed',
    )
  })

  it('keys without a name stand in for one that the token names', async () => {
    expect(await resultOf(opening([a.pem, b.pem]), b.encrypt(inner, { kid: 'any' }))).toBe('authenticated')
    expect(await resultOf(opening([a.jwk, b.pem]), b.encrypt(inner, { kid: 'any' }))).toBe('authenticated')
    expect(await resultOf(opening([b.pem, a.jwk]), a.encrypt(inner, { kid: 'a' }))).toBe('authenticated')
    expect(await resultOf(opening([a.jwk, b.pem]), b.encrypt(inner, { kid: 'a' }))).toBe('authenticated')
  })

  it('[A13] [I-48] [V-26] are 16 at most, and each of them is tried', async () => {
    const recipients = Array.from({ length: 17 }, () => createRecipient())
    const pems = recipients.map(({ pem }) => pem)
    const authenticator = opening(pems.slice(0, 16))
    for (const recipient of recipients.slice(0, 16)) {
      expect(await resultOf(authenticator, recipient.encrypt(inner, { kid: undefined }))).toBe(
        'authenticated',
      )
      expect(await resultOf(authenticator, recipient.encrypt(inner, { kid: 'any' }))).toBe('authenticated')
    }
    const error = thrownBy(() => opening(pems))
    expect(error).toMatchObject({ option: 'decryption.key' })
    expect(error.message).toContain('has 17 keys: at most 16')
  })

  it('of different kinds: those that do not fit the algorithm do not count', async () => {
    const others = Array.from({ length: 4 }, () => secretPair(32).privateJwk)
    expect(await resultOf(opening([...others, ec.privateJwk, a.pem]), a.encrypt(inner))).toBe('authenticated')
  })

  it('[A9] names are opaque', async () => {
    for (const kid of ['__proto__', 'constructor', '../../etc/passwd', '', "' OR 1=1 --"]) {
      const named = createRecipient({ kid })
      expect(await resultOf(opening([a.jwk, named.jwk]), named.encrypt(inner))).toBe('authenticated')
      expect(await resultOf(opening([a.jwk]), named.encrypt(inner))).toBe('401 decryption_failed')
    }
  })

  it('alg of a JWK is the only algorithm of that key', async () => {
    const key = { ...rsa.privateJwk, alg: 'RSA-OAEP-512' }
    const authenticator = opening(key, { algorithms: ['RSA-OAEP-256', 'RSA-OAEP-512'] })
    expect(await resultOf(authenticator, await toRsa())).toBe('401 decryption_failed')
    const token = await encryptTo(rsa.publicJwk, inner, { alg: 'RSA-OAEP-512' })
    expect(await resultOf(authenticator, token)).toBe('authenticated')
  })
})

describe('a mistake in the options', () => {
  const encrypted = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' },
  })
  const { d: _d, ...publicEc } = ec.privateJwk

  it.each<[string, unknown, RegExp]>([
    ['nothing', undefined, /is missing/],
    ['null', null, /is not a (?:key|PEM)/],
    ['an empty list', [], /is empty/],
    ['a list with a gap', [rsa.privateJwk, undefined], /is missing/],
    ['a number', 7, /Give a private key/],
    ['text that is not a PEM', 'a secret as text, of thirty-two characters', /is not a PEM private key/],
    ['an empty text', '', /is not a PEM private key/],
    ['[V-32] a PEM in quotes', `"${pemOf(rsa.privateJwk)}"`, /is a PEM in quotes/],
    ['[V-32] a PEM in base64', btoa(pemOf(rsa.privateJwk)), /looks like a PEM in base64/],
    ['[V-32] JSON of a JWK', JSON.stringify(rsa.privateJwk), /looks like the JSON of a JWK/],
    ['a public key as PEM', encrypted.publicKey, /is not a PEM private key/],
    ['a PEM with a passphrase', encrypted.privateKey, /is not a PEM private key/],
    ['a public JWK', publicEc, /is a public key/],
    ['a public KeyObject', createPublicKey(pemOf(rsa.privateJwk)), /Give a private key/],
    ['a key for signatures', { ...rsa.privateJwk, use: 'sig' }, /"use"/],
    ['a key whose key_ops do not decrypt', { ...rsa.privateJwk, key_ops: ['sign'] }, /"key_ops"/],
    ['a signing algorithm', { ...rsa.privateJwk, alg: 'RS256' }, /fits no allowed algorithm/],
    ['an unknown kind', { kty: 'AKP', d: 'AA' }, /fits no allowed algorithm/],
    ['a kid that is no string', { ...rsa.privateJwk, kid: 1 }, /"kid"/],
    ['an RSA key of 1024 bits', rsaPair(1024).privateJwk, /1024 bits/],
    ['an RSA key without n', { ...rsa.privateJwk, n: undefined }, /base64url/],
    ['a secret of 31 bytes', randomBytes(31), /31 bytes/],
    ['no bytes', new Uint8Array(), /0 bytes/],
    ['a secret of zeros', new Uint8Array(32), /repeats a few bytes/],
    ['the bytes of a public PEM', Buffer.from(encrypted.publicKey), /is not a PEM private key/],
    ['a secret JWK without k', { kty: 'oct' }, /"k"/],
    ['an Ed25519 key', keyObjectOf(edJwk()).export({ format: 'jwk' }), /fits no allowed algorithm/],
  ])('%s as decryption.key', (_what, key, said) => {
    const { option, message } = optionError({ jwks: { keys: [signer.jwk] }, decryption: { key } })
    expect(option).toBe('decryption.key')
    expect(message).toMatch(said)
    // nothing of a key is part of the message
    for (const secretText of [rsa.privateJwk.d!, ec.privateJwk.d!, 'thirty-two']) {
      expect(message).not.toContain(secretText)
    }
  })

  it('a CryptoKey that may not do it', async () => {
    const { privateKey, publicKey } = await crypto.subtle.generateKey(
      { name: 'RSA-OAEP', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-1' },
      false,
      ['decrypt', 'encrypt', 'wrapKey', 'unwrapKey'],
    )
    const said = (key: unknown, more = {}) =>
      optionError({ jwks: { keys: [signer.jwk] }, decryption: { key, ...more } }).message
    expect(said(publicKey)).toMatch(/of type "public"/)
    expect(said(privateKey)).toMatch(/fits no allowed algorithm/)
    expect(() => opening(privateKey, { algorithms: ['RSA-OAEP'] })).not.toThrow()
    const forSigning = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, [
      'sign',
      'verify',
    ])
    expect(said(forSigning.privateKey)).toMatch(/usages/)
  })

  it.each<[string, object | null | string | undefined, string]>([
    ['no object', 'x', 'decryption'],
    ['null', null, 'decryption'],
    ['undefined', undefined, 'decryption'],
    ['a list', [], 'decryption'],
    ['a name that does not exist', { key: rsa.privateJwk, encryption: ['A256GCM'] }, 'decryption.encryption'],
    ['algorithms that are no list', { key: rsa.privateJwk, algorithms: 'RSA-OAEP' }, 'decryption.algorithms'],
    ['no algorithms', { key: rsa.privateJwk, algorithms: [] }, 'decryption.algorithms'],
    ['no encryptions', { key: rsa.privateJwk, encryptions: [] }, 'decryption.encryptions'],
    ['encryptions that are no strings', { key: rsa.privateJwk, encryptions: [1] }, 'decryption.encryptions'],
    ['required that is no boolean', { key: rsa.privateJwk, required: 'false' }, 'decryption.required'],
    ['algorithms that fit no key', { key: rsa.privateJwk, algorithms: ['dir'] }, 'decryption.key'],
    [
      'encryptions that fit no dir key',
      { key: secretBytes, algorithms: ['dir'], encryptions: ['A128GCM'] },
      'decryption.key',
    ],
  ])('%s', (_what, decryption, option) => {
    expect(optionError({ jwks: { keys: [signer.jwk] }, decryption }).option).toBe(option)
  })
})

describe('a key that the runtime cannot import', () => {
  it('makes ready() reject, and requests fail as a fault of the server', async () => {
    const broken = { ...ec.privateJwk, x: ec.privateJwk.y! }
    const authenticator = opening(broken)
    await expect(authenticator.ready()).rejects.toBeInstanceOf(Error)
    const refusal = await refusalOf(authenticator, bearer(await toEc()))
    expect(refusal).toMatchObject({ status: 500, body: { code: 'internal_error' } })
  })

  it('as PEM, is an error at start, or of ready() where the runtime cannot say it at once', async () => {
    const pem = '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----'
    const expected = engine.name === 'node' ? 'OptionError at start' : 'OptionError of ready()'
    expect(await attempt(pem, await toEc())).toBe(expected)
  })
})

function edJwk(): JWK {
  return generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })
}
