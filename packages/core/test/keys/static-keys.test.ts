import { createAuthenticator } from '@countersign/core'
import { certificateOf, createSigner, type Signer } from '@countersign/forge'
import { createSecretKey, generateKeyPairSync, randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { base, judge } from '../support/judge.ts'
import { optionError } from '../support/options.ts'

const signer = createSigner({ alg: 'RS256', kid: 'k1' })
const ec = createSigner({ alg: 'ES256', kid: 'k1' })
const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const privatePem = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

describe('the option publicKey', () => {
  it.each([
    ['SPKI PEM', signer.pem],
    ['PKCS#1 PEM', signer.publicKey.export({ type: 'pkcs1', format: 'pem' }).toString()],
    ['X.509 PEM', certificateOf(signer.publicKey)],
    ['PEM without newline', signer.pem.trimEnd()],
    ['JWK', signer.jwk],
    ['JWK without kid, alg and use', { kty: 'RSA', n: signer.jwk['n'], e: signer.jwk['e'] }],
    ['KeyObject', signer.publicKey],
    ['list of keys', [ec.pem, signer.pem]],
  ])('takes a %s', async (_form, publicKey) => {
    const authenticator = createAuthenticator({ ...base, publicKey })
    expect(await judge(authenticator, signer.token())).toBe('authenticated')
    expect(await judge(authenticator, signer.token({}, { kid: undefined }))).toBe('authenticated')
    expect(await judge(authenticator, createSigner({ alg: 'RS256', kid: 'k1' }).token())).toBe(
      '401 signature_invalid',
    )
    await expect(authenticator.ready()).resolves.toBeUndefined()
  })

  it('takes a CryptoKey, extractable or not', async () => {
    for (const extractable of [true, false]) {
      const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
      const publicKey = await crypto.subtle.importKey('jwk', signer.jwk, algorithm, extractable, ['verify'])
      expect(await judge(createAuthenticator({ ...base, publicKey }), signer.token())).toBe('authenticated')
    }
    expect.assertions(2)
  })

  it.each([
    ['a private PEM', privatePem, /is a private key: give its public half/],
    ['an encrypted private PEM', encrypted(), /is a private key: give its public half/],
    ['a private KeyObject', pair.privateKey, /is a private key: give its public half/],
    ['a private JWK', pair.privateKey.export({ format: 'jwk' }), /private members/],
    [
      'a symmetric JWK',
      { kty: 'oct', k: randomBytes(32).toString('base64url') },
      /is a symmetric key: give .* "secret"/,
    ],
    ['a secret KeyObject', createSecretKey(randomBytes(32)), /cannot be used: it fits no algorithm/],
    ['an empty text', '', /is no PEM public key/],
    ['text that is no PEM', 'password1 password2 password3 password4', /is no PEM public key/],
    ['half a PEM', ec.pem.slice(0, 80), /is no PEM public key/],
    ['JSON of a JWK', JSON.stringify(ec.jwk), /is no PEM public key/],
    ['an empty list', [], /is empty: give at least one key/],
    ['a list with one bad key', [ec.pem, privatePem], /is a private key/],
    ['null', null, /is no PEM, JWK, KeyObject or CryptoKey/],
    ['a number', 5, /is no PEM, JWK, KeyObject or CryptoKey/],
    ['an empty object', {}, /is no PEM, JWK, KeyObject or CryptoKey/],
    ['a key set', { keys: [ec.jwk] }, /is no PEM, JWK, KeyObject or CryptoKey/],
    ['bytes', randomBytes(64), /is no PEM, JWK, KeyObject or CryptoKey/],
    ['undefined', undefined, /is given, but undefined/],
    [
      'an RSA-PSS key',
      generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).publicKey,
      /not supported|cannot be used/,
    ],
    ['an X25519 key', generateKeyPairSync('x25519').publicKey, /fits no algorithm/],
    [
      'a DSA-like curve',
      generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey,
      /fits no algorithm/,
    ],
    ['RSA of 1024 bits', createSigner({ alg: 'RS256', modulusLength: 1024 }).pem, /1024 bits; at least 2048/],
  ])('[A5][A6] that is %s is an error at start', (_what, publicKey, message) => {
    const error = optionError({ publicKey })
    expect(error.option).toBe('publicKey')
    expect(error.message).toMatch(message)
    const quoted = typeof publicKey === 'string' ? publicKey.split('\n')[1] || publicKey : ''
    expect(quoted === '' || !error.message.includes(quoted)).toBe(true)
  })

  it('[A6] with a curve that no allowed algorithm uses is an error at start', () => {
    expect(optionError({ publicKey: ec.pem, algorithms: ['ES384'] }).message).toMatch(
      /fits no algorithm that the policy/,
    )
    expect(optionError({ publicKey: ec.pem, algorithms: ['RS256'] }).message).toMatch(
      /fits no algorithm that the policy/,
    )
  })

  function encrypted(): string {
    return pair.privateKey
      .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' })
      .toString()
  }
})

describe('keys without kid', () => {
  const nameless = Array.from({ length: 17 }, () => createSigner({ alg: 'ES256', kid: null }))
  const rsa = createSigner({ alg: 'RS256', kid: null })
  const jwks = (...signers: Signer[]) => ({ keys: signers.map(({ jwk }) => jwk) })

  it('[A13] are each tried, whatever their order', async () => {
    const [first, second] = nameless as [typeof rsa, typeof rsa]
    for (const set of [jwks(first, second), jwks(second, first), jwks(rsa, first, second)]) {
      const authenticator = createAuthenticator({ ...base, jwks: set })
      expect(await judge(authenticator, first.token())).toBe('authenticated')
      expect(await judge(authenticator, second.token())).toBe('authenticated')
    }
    expect.assertions(6)
  })

  it('[A13] [V-26] are tried up to the sixteenth that fits, so that nobody buys work with one token', async () => {
    const authenticator = createAuthenticator({ ...base, jwks: jwks(rsa, ...nameless) })
    for (const one of nameless.slice(0, 16))
      expect(await judge(authenticator, one.token())).toBe('authenticated')
    expect(await judge(authenticator, nameless[16]!.token())).toBe('401 signature_invalid')
    expect(await judge(authenticator, rsa.token())).toBe('authenticated')
  })

  it('[A13] let nobody in whose key is not among them', async () => {
    const authenticator = createAuthenticator({ ...base, jwks: jwks(...nameless.slice(0, 2)) })
    expect(await judge(authenticator, nameless[2]!.token())).toBe('401 signature_invalid')
  })

  it('[A13] and keys with one are tried for a token without kid', async () => {
    const authenticator = createAuthenticator({ ...base, jwks: jwks(nameless[0]!, ec) })
    expect(await judge(authenticator, ec.token({}, { kid: undefined }))).toBe('authenticated')
  })

  it('in a key set do not verify a token that names another', async () => {
    const authenticator = createAuthenticator({ ...base, jwks: jwks(nameless[0]!, ec) })
    expect(await judge(authenticator, nameless[0]!.token({}, { kid: 'other' }))).toBe('401 key_unknown')
  })

  it('given one by one verify whatever name the token has', async () => {
    const authenticator = createAuthenticator({ ...base, publicKey: nameless[0]!.pem })
    expect(await judge(authenticator, nameless[0]!.token({}, { kid: 'any' }))).toBe('authenticated')
  })
})

describe('a list of keys', () => {
  const signers = Array.from({ length: 17 }, (_, i) =>
    createSigner({ alg: 'ES256', kid: i % 2 ? `k${i}` : null }),
  )
  const secrets = Array.from({ length: 17 }, () => createSigner({ alg: 'HS256' }))

  it('[V-26] is tried as a whole', async () => {
    const publicKey = signers.slice(0, 16).map(({ jwk }) => jwk)
    const authenticator = createAuthenticator({ ...base, publicKey })
    const secret = secrets.slice(0, 16).map((one) => one.secret!)
    const shared = createAuthenticator({ ...base, secret })
    for (let i = 0; i < 16; i++) {
      expect(await judge(authenticator, signers[i]!.token())).toBe('authenticated')
      expect(await judge(authenticator, signers[i]!.token({}, { kid: undefined }))).toBe('authenticated')
      expect(await judge(shared, secrets[i]!.token())).toBe('authenticated')
      expect(await judge(shared, secrets[i]!.token({}, { kid: 'any' }))).toBe('authenticated')
    }
    expect.assertions(64)
  })

  it('[V-26] is tried by kid, then where the keys have no name', async () => {
    const named = createSigner({ alg: 'RS256', kid: 'k1' })
    const others = Array.from({ length: 15 }, () => createSigner({ alg: 'RS256', kid: null }))
    const authenticator = createAuthenticator({
      ...base,
      publicKey: [...others.map(({ jwk }) => jwk), named.jwk],
    })
    expect(await judge(authenticator, named.token())).toBe('authenticated')
    // a new key under an old name, of which the list has no JWK
    expect(await judge(authenticator, others[14]!.token({}, { kid: 'k1' }))).toBe('authenticated')
  })

  it.each([
    ['secret', { secret: secrets.map((one) => one.secret!) }],
    ['publicKey', { publicKey: signers.map(({ pem }) => pem) }],
    ['publicKey', { publicKey: Array.from({ length: 17 }, () => signers[0]!.jwk) }],
    [
      'decryption.key',
      { secret: secrets[0]!.secret!, decryption: { key: secrets.map((one) => one.secret!) } },
    ],
    [
      'csrfSecrets',
      {
        jwksUri: 'https://idp.test/jwks',
        cookie: true,
        origin: 'https://app.test',
        csrfSecrets: secrets.map((one) => one.secret!),
      },
    ],
  ])('[V-26] of 17 is an error at start: %s', (option, options) => {
    const error = optionError(options)
    expect(error.option).toBe(option)
    expect(error.message).toMatch(/has 17 keys: at most 16 are tried for a token/)
  })
})

describe('a kid', () => {
  const names = [
    'a:b',
    '__proto__',
    'constructor',
    'toString',
    '../../etc/passwd',
    "' OR 1=1 --",
    '',
    ' ',
    'ключ',
    '*',
    '0',
  ]

  it.each(names)('[A9][V-3] that is %j is an opaque name', async (kid) => {
    const named = createSigner({ alg: 'ES256', kid })
    const authenticator = createAuthenticator({ ...base, jwks: { keys: [ec.jwk, named.jwk] } })
    expect(await judge(authenticator, named.token())).toBe('authenticated')
    expect(await judge(authenticator, ec.token({}, { kid }))).toBe('401 signature_invalid')
    const without = createAuthenticator({ ...base, jwks: { keys: [ec.jwk] } })
    expect(await judge(without, named.token())).toBe('401 key_unknown')
  })

  it('[V-3] is compared byte by byte', async () => {
    const named = createSigner({ alg: 'ES256', kid: 'Key' })
    const authenticator = createAuthenticator({ ...base, jwks: { keys: [named.jwk] } })
    for (const kid of ['key', 'KEY', 'Key ', 'Ke', 'Key\0', 'K\u0065y'.normalize('NFD')]) {
      expect(await judge(authenticator, named.token({}, { kid }))).toBe(
        kid === 'Key' ? 'authenticated' : '401 key_unknown',
      )
    }
    expect.assertions(6)
  })

  it('[V-3] has at most 512 characters', async () => {
    const long = createSigner({ alg: 'ES256', kid: 'k'.repeat(512) })
    const authenticator = createAuthenticator({ ...base, jwks: { keys: [long.jwk] } })
    expect(await judge(authenticator, long.token())).toBe('authenticated')
    expect(await judge(authenticator, long.token({}, { kid: 'k'.repeat(513) }))).toBe('401 token_malformed')
  })

  it.each([[{}], [[]], [['k1']], [1], [null], [true], [{ toString: 'k1' }]])(
    '[E5] that is %j is refused as malformed',
    async (kid) => {
      const authenticator = createAuthenticator({ ...base, jwks: { keys: [ec.jwk] } })
      expect(await judge(authenticator, ec.token({}, { kid }))).toBe('401 token_malformed')
    },
  )

  it('of two keys at once leads to both', async () => {
    const twin = createSigner({ alg: 'ES256', kid: 'k1' })
    const authenticator = createAuthenticator({ ...base, jwks: { keys: [ec.jwk, twin.jwk] } })
    expect(await judge(authenticator, ec.token())).toBe('authenticated')
    expect(await judge(authenticator, twin.token())).toBe('authenticated')
  })
})
