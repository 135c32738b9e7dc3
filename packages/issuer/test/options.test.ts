import { createIssuer, type KeyRingIssuerOptions } from '@countersign/issuer'
import { memoryStore } from '@countersign/stores'
import { createSecretKey, generateKeyPairSync, randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { ISSUER } from './support.ts'

const pair = (type: 'rsa' | 'ed25519', modulusLength = 2_048) =>
  type === 'rsa' ? generateKeyPairSync('rsa', { modulusLength }) : generateKeyPairSync('ed25519')
const rsa = pair('rsa')
const weak = pair('rsa', 1_024)
const okp = pair('ed25519')
const pem = rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString()
const store = memoryStore()
/** A store that keeps what it is given, as a database does. */
const database = { ...store, acceptsPlainKeys: undefined }
const signer = { createKey: () => undefined, sign: () => undefined }

/** The error of these options, on top of good ones. */
function refusal(options: Record<string, unknown>): Error & { option: string } {
  try {
    createIssuer({ issuer: ISSUER, store, ...options })
  } catch (error) {
    return error as Error & { option: string }
  }
  throw new Error('the options were taken')
}

describe('options of an issuer', () => {
  it.each<[string, RegExp, Record<string, unknown>]>([
    ['issuer', /is required: a URL such as/, { issuer: undefined }],
    ['issuer', /must be a URL with its scheme, such as/, { issuer: 'auth.example.com' }],
    ['issuer', /must be a string, got a list/, { issuer: ['https://a.test'] }],
    ['issuer', /must be an https URL/, { issuer: 'http://auth.example.com' }],
    ['issuer', /must be an https URL/, { issuer: 'ftp://localhost' }],
    ['issuer', /must not contain a query, fragment/, { issuer: 'https://a.test?' }],
    ['issuer', /must not contain a query, fragment/, { issuer: 'https://a.test/?x=1' }],
    ['issuer', /must not contain a query, fragment/, { issuer: 'https://a.test/#' }],
    ['issuer', /user name/, { issuer: 'https://u@a.test' }],
    ['issuer', /user name/, { issuer: 'https://:p@a.test' }],
    ['issuer', /space/, { issuer: ' https://a.test' }],
    ['audience', /name the servers/, { audience: [] }],
    ['clientId', /must be a string, got a number/, { clientId: 5 }],
    ['keyEncription', /does not exist: did you mean "keyEncryption"\?/, { keyEncription: {} }],
    ['keyEncryption.passphrse', /did you mean "passphrase"/, { keyEncryption: { passphrse: 'x' } }],
    ['keyEncryption', /must be an object, got a string/, { keyEncryption: 'x'.repeat(20) }],
    ['keyEncryption', /does not encrypt private keys itself.*dangerouslyUnencrypted/, { store: database }],
    ['dangerouslyUnencrypted', /true or false/, { store: database, dangerouslyUnencrypted: 'true' }],
    [
      'dangerouslyUnencrypted',
      /contradicts "keyEncryption"/,
      { keyEncryption: { wrappingKey: randomBytes(32) }, dangerouslyUnencrypted: true },
    ],
    ['dangerouslyUnencrypted', /no effect with "signer"/, { signer, dangerouslyUnencrypted: true }],
    ['signer', /methods createKey\(\) and sign\(\)/, { signer: {} }],
    ['store', /no effect with algorithm "HS256"/, { algorithm: 'HS256', secret: 'x' }],
    ['encryptTo.kid', /does not exist/, { encryptTo: { key: rsa.publicKey, kid: 'a' } }],
    ['encryptTo', /must be an object, got a string/, { encryptTo: pem }],
    [
      'expiresIn',
      /longer than maxExpiresIn, which is 300: raise maxExpiresIn too/,
      { expiresIn: 400, maxExpiresIn: 300 },
    ],
    ['expiresIn', /whole number/, { expiresIn: 60.5 }],
    ['expiresIn', /from 1 to/, { expiresIn: 0 }],
    ['maxExpiresIn', /from 1 to/, { maxExpiresIn: 40_000_000 }],
    ['sizeWarning', /256 or more/, { sizeWarning: 10 }],
    ['now', /must be a function/, { now: 5 }],
    ['random', /must be a function/, { random: 0.5 }],
    ['algorithm', /must be one of ES256, EdDSA, RS256, PS256, or HS256/, { algorithm: 'none' }],
    ['algorithm', /must be one of/, { algorithm: 'ES384' }],
    ['store', /is required: a store for the keys/, { store: undefined }],
    ['store', /is required: a store for the keys/, { store: {} }],
    ['secret', /is only for algorithm "HS256"/, { secret: 'x'.repeat(40) }],
    ['keyEncryption', /either "passphrase" or "wrappingKey"/, { keyEncryption: {} }],
    ['keyEncryption.passphrase', /16 characters or more/, { keyEncryption: { passphrase: 'short' } }],
    ['keyEncryption.wrappingKey', /exactly 32 bytes/, { keyEncryption: { wrappingKey: randomBytes(40) } }],
    ['keyEncryption.wrappingKey', /too short/, { keyEncryption: { wrappingKey: randomBytes(16) } }],
    ['lead', /must be at least 720: jwksMaxAge \+ 2 × refreshKeysEvery \+ 60/, { lead: 719 }],
    ['rotateEvery', /must be at least lead, which is 3600/, { rotateEvery: 3_599 }],
    ['jwksMaxAge', /number of seconds/, { jwksMaxAge: '600' }],
    ['refreshKeysEvery', /whole number/, { refreshKeysEvery: 1.5 }],
    ['encryptTo.key', /must be a public key/, { encryptTo: { key: 'x' } }],
    ['encryptTo.key', /must be a public key/, { encryptTo: {} }],
    ['encryptTo.key', /too short/, { encryptTo: { key: randomBytes(8) } }],
    ['encryptTo.key', /must have 32 bytes for dir with A256GCM/, { encryptTo: { key: randomBytes(64) } }],
    [
      'encryptTo.key',
      /must have 64 bytes/,
      { encryptTo: { key: randomBytes(32), encryption: 'A256CBC-HS512' } },
    ],
    [
      'encryptTo.key',
      /must have 32 bytes for A256KW/,
      { encryptTo: { key: randomBytes(64), algorithm: 'A256KW' } },
    ],
    ['encryptTo.key', /2048 bits/, { encryptTo: { key: weak.publicKey } }],
    [
      'encryptTo.key',
      /must be RSA, EC or X25519: a key of kind ed25519 cannot encrypt/,
      { encryptTo: { key: okp.publicKey } },
    ],
    ['encryptTo.key', /repeats a few bytes/, { encryptTo: { key: createSecretKey(Buffer.alloc(32)) } }],
    [
      'encryptTo.algorithm',
      /another kind of key/,
      { encryptTo: { key: rsa.publicKey, algorithm: 'ECDH-ES' } },
    ],
    ['encryptTo.algorithm', /must be one of/, { encryptTo: { key: rsa.publicKey, algorithm: 'RSA1_5' } }],
    ['encryptTo.encryption', /must be one of/, { encryptTo: { key: rsa.publicKey, encryption: 'A192GCM' } }],
  ])('%s: %s', (option, message, options) => {
    const error = refusal(options)
    expect(error).toMatchObject({ name: 'OptionError', option })
    expect(error.message).toMatch(message)
  })

  it.each<[RegExp, unknown]>([
    [/must be a string or a Uint8Array/, undefined],
    [/too short: use at least 32 random bytes/, 'short'],
    [/too short/, randomBytes(31)],
    [/at least one/, []],
    [/too short/, ['Xq2vK9wZ4mB7nL1pR8tY5uH3gF6dS0aJ', 'short']],
    [/holds a PEM/, pem],
    [/holds a JWK/, JSON.stringify(rsa.publicKey.export({ format: 'jwk' }))],
    [/repeats a few bytes/, 'x'.repeat(64)],
  ])('[I-37] secret: %s', (message, secret) => {
    const error = refusal({ algorithm: 'HS256', store: undefined, secret })
    expect(error).toMatchObject({ name: 'OptionError', option: 'secret' })
    expect(error.message).toMatch(message)
    expect(error.message).not.toContain(String(secret).slice(0, 12).padEnd(12, '·'))
  })

  it.each<[string, Partial<KeyRingIssuerOptions>]>([
    ['encryption', { keyEncryption: { passphrase: 'correct horse battery' } }],
    ['a signer', { signer: signer as never }],
    ['dangerouslyUnencrypted', { dangerouslyUnencrypted: true }],
  ])('a ring in a database needs %s', (_, options) => {
    expect(createIssuer({ issuer: ISSUER, store: database, ...options }).algorithm).toBe('ES256')
  })

  it.each([
    'https://a.test',
    'https://a.test/',
    'https://a.test/tenants/1',
    'http://localhost:3000',
    'http://127.0.0.1:1',
    'http://[::1]:1',
  ])('takes %s', (issuer) => {
    expect(createIssuer({ issuer, store }).issuer).toBe(issuer)
  })

  it('gives frozen things', () => {
    expect(Object.isFrozen(createIssuer({ issuer: ISSUER, store }))).toBe(true)
  })
})
