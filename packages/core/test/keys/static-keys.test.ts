import { createAuthenticator } from '@countersign/core'
import { certificateOf, createSigner, type Signer } from '@countersign/forge'
import {
  constants,
  createSecretKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign as signBytes,
} from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { base, resultOf } from '../support/authenticate.ts'
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
    ['[V-32] PEM as bytes', Buffer.from(signer.pem)],
    ['[V-32] PEM as bytes of a Uint8Array', new Uint8Array(Buffer.from(signer.pem))],
    ['[V-32] PEM with a byte order mark', Buffer.from(`\uFEFF${signer.pem}`)],
    ['[V-32] PEM in UTF-16', Buffer.from(`\uFEFF${signer.pem}`, 'utf16le')],
    ['[V-32] PEM with \\n for line breaks', signer.pem.replaceAll('\n', String.raw`\n`)],
    ['[V-32] PEM with \\r\\n for line breaks', signer.pem.replaceAll('\n', String.raw`\r\n`)],
    ['[V-32] X.509 PEM as bytes', Buffer.from(certificateOf(signer.publicKey))],
    ['JWK', signer.jwk],
    ['JWK without kid, alg and use', { kty: 'RSA', n: signer.jwk['n'], e: signer.jwk['e'] }],
    ['KeyObject', signer.publicKey],
    ['list of keys', [ec.pem, signer.pem]],
  ])('takes a %s', async (_form, publicKey) => {
    const authenticator = createAuthenticator({ ...base, publicKey })
    expect(await resultOf(authenticator, signer.token())).toBe('authenticated')
    expect(await resultOf(authenticator, signer.token({}, { kid: undefined }))).toBe('authenticated')
    expect(await resultOf(authenticator, createSigner({ alg: 'RS256', kid: 'k1' }).token())).toBe(
      '401 signature_invalid',
    )
    await expect(authenticator.ready()).resolves.toBeUndefined()
  })

  it('takes a CryptoKey, extractable or not', async () => {
    for (const extractable of [true, false]) {
      const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
      const publicKey = await crypto.subtle.importKey('jwk', signer.jwk, algorithm, extractable, ['verify'])
      expect(await resultOf(createAuthenticator({ ...base, publicKey }), signer.token())).toBe(
        'authenticated',
      )
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
    ['an empty text', '', /is not a PEM public key/],
    ['text that is not a PEM', 'password1 password2 password3 password4', /is not a PEM public key/],
    ['half a PEM', ec.pem.slice(0, 80), /is not a PEM public key/],
    ['JSON of a JWK', JSON.stringify(ec.jwk), /is not a PEM public key/],
    ['an empty list', [], /is empty: give at least one key/],
    [
      '[V-32] a PEM in quotes',
      JSON.stringify(ec.pem),
      /is not a PEM .*: it is a PEM in quotes, so remove them/,
    ],
    ['[V-32] a PEM in single quotes', `'${ec.pem}'`, /it is a PEM in quotes/],
    ['[V-32] a PEM in base64', btoa(ec.pem), /it looks like a PEM in base64, so decode it first/],
    ['[V-32] a PEM in base64, as bytes', Buffer.from(btoa(ec.pem)), /it looks like a PEM in base64/],
    [
      '[V-32] a PEM without its lines',
      ec.pem.split('\n').slice(1, -2).join(''),
      /base64 without its lines "-----BEGIN/,
    ],
    ['[V-32] a PEM that lost its line breaks', ec.pem.replaceAll('\n', ' '), /has lost its line breaks/],
    ['[V-32] DER', ec.publicKey.export({ type: 'spki', format: 'der' }), /it looks like DER, so convert it/],
    ['[V-32] DER of RSA', signer.publicKey.export({ type: 'spki', format: 'der' }), /it looks like DER/],
    ['[V-32] an SSH key', 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA me@host', /it looks like an SSH key/],
    ['[V-32] the name of a file', './keys/public.pem', /it looks like a file name/],
    ['[V-32] the bytes of a private PEM', Buffer.from(privatePem), /is a private key: give its public half/],
    [
      '[V-32] a private PEM with \\n for line breaks',
      privatePem.replaceAll('\n', String.raw`\n`),
      /is a private key: give its public half/,
    ],
    ['a list with one bad key', [ec.pem, privatePem], /is a private key/],
    ['null', null, /is not a PEM, JWK, KeyObject or CryptoKey/],
    ['a number', 5, /is not a PEM, JWK, KeyObject or CryptoKey/],
    ['an empty object', {}, /is not a PEM, JWK, KeyObject or CryptoKey/],
    ['a key set', { keys: [ec.jwk] }, /is not a PEM, JWK, KeyObject or CryptoKey/],
    ['bytes', randomBytes(64), /is not a PEM, JWK, KeyObject or CryptoKey/],
    ['undefined', undefined, /is given, but undefined/],
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

describe('an RSA-PSS key', () => {
  const generate = (options: object): { publicKey: KeyObject; privateKey: KeyObject } =>
    generateKeyPairSync('rsa-pss', {
      modulusLength: 2048,
      publicExponent: 0x10001,
      ...options,
    } as never) as never
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  function sign(alg: string, { privateKey }: { privateKey: KeyObject }): string {
    const input = `${part({ alg })}.${part(signer.claims())}`
    const padding = constants.RSA_PKCS1_PSS_PADDING
    const saltLength = Number(alg.slice(2)) / 8
    const key = { key: privateKey, padding, saltLength }
    return `${input}.${signBytes(`sha${alg.slice(2)}`, Buffer.from(input), key).toString('base64url')}`
  }
  const forms = (key: KeyObject): (KeyObject | string | Uint8Array)[] => {
    const pem = key.export({ type: 'spki', format: 'pem' }).toString()
    return [key, pem, Buffer.from(pem), certificateOf(key)]
  }

  it('[V-32] without parameters verifies each PS algorithm, and no RS', async () => {
    const pss = generate({})
    for (const publicKey of forms(pss.publicKey)) {
      const authenticator = createAuthenticator({ ...base, publicKey })
      for (const alg of ['PS256', 'PS384', 'PS512'])
        expect(await resultOf(authenticator, sign(alg, pss))).toBe('authenticated')
      expect(await resultOf(authenticator, sign('PS256', generate({})))).toBe('401 signature_invalid')
      expect(await resultOf(authenticator, signer.token())).toBe('401 algorithm_not_allowed')
    }
    expect(optionError({ publicKey: pss.publicKey, algorithms: ['RS256'] }).message).toMatch(
      /fits no algorithm/,
    )
    expect.assertions(22)
  })

  it.each([
    ['PS256', { hashAlgorithm: 'sha256', mgf1HashAlgorithm: 'sha256', saltLength: 32 }],
    ['PS384', { hashAlgorithm: 'sha384', mgf1HashAlgorithm: 'sha384', saltLength: 20 }],
    ['PS512', { hashAlgorithm: 'sha512', mgf1HashAlgorithm: 'sha512', saltLength: 64 }],
  ])('[V-32] with the parameters of %s verifies that alone', async (alg, parameters) => {
    const pss = generate(parameters)
    for (const publicKey of forms(pss.publicKey)) {
      const authenticator = createAuthenticator({ ...base, publicKey })
      expect(await resultOf(authenticator, sign(alg, pss))).toBe('authenticated')
      const other = generate({})
      for (const wrong of ['PS256', 'PS384', 'PS512'].filter((name) => name !== alg))
        expect(await resultOf(authenticator, sign(wrong, other))).toBe('401 algorithm_not_allowed')
    }
    expect.assertions(12)
  })

  it.each([
    ['of SHA-1', { hashAlgorithm: 'sha1', mgf1HashAlgorithm: 'sha1', saltLength: 20 }],
    ['with a mask of another hash', { hashAlgorithm: 'sha384', mgf1HashAlgorithm: 'sha256', saltLength: 48 }],
    [
      'with a salt that is too long',
      { hashAlgorithm: 'sha256', mgf1HashAlgorithm: 'sha256', saltLength: 33 },
    ],
  ])('[V-32] %s is an error at start that says so', (_what, parameters) => {
    const { message } = optionError({ publicKey: generate(parameters).publicKey })
    expect(message).toMatch(
      /is an RSA-PSS key for sha\d+, a mask of sha\d+ and a salt of \d+ bytes, which no JWS algorithm/,
    )
  })

  it('[V-32] that is a CryptoKey verifies with its own padding and hash alone', async () => {
    const usages = ['sign', 'verify'] as const
    const pss = {
      name: 'RSA-PSS',
      modulusLength: 2048,
      publicExponent: new Uint8Array([1, 0, 1]),
      hash: 'SHA-384',
    }
    const { publicKey } = await crypto.subtle.generateKey(pss, true, usages)
    expect(optionError({ publicKey, algorithms: ['RS256', 'PS256'] }).message).toMatch(/fits no algorithm/)
    await expect(
      createAuthenticator({ ...base, publicKey, algorithms: ['PS384'] }).ready(),
    ).resolves.toBeUndefined()
  })
})

describe('keys without kid', () => {
  const nameless = Array.from({ length: 17 }, () => createSigner({ alg: 'ES256', kid: null }))
  const rsa = createSigner({ alg: 'RS256', kid: null })
  const jwks = (...signers: Signer[]) => ({ keys: signers.map(({ jwk }) => jwk) })

  it('[A13] are each tried, whatever their order', async () => {
    const [first, second] = nameless as [typeof rsa, typeof rsa]
    for (const set of [jwks(first, second), jwks(second, first), jwks(rsa, first, second)]) {
      const authenticator = createAuthenticator({ ...base, jwks: set })
      expect(await resultOf(authenticator, first.token())).toBe('authenticated')
      expect(await resultOf(authenticator, second.token())).toBe('authenticated')
    }
    expect.assertions(6)
  })

  it('[A13] [V-26] are tried up to the sixteenth that fits, so that nobody buys work with one token', async () => {
    const authenticator = createAuthenticator({ ...base, jwks: jwks(rsa, ...nameless) })
    for (const one of nameless.slice(0, 16))
      expect(await resultOf(authenticator, one.token())).toBe('authenticated')
    expect(await resultOf(authenticator, nameless[16]!.token())).toBe('401 signature_invalid')
    expect(await resultOf(authenticator, rsa.token())).toBe('authenticated')
  })

  it('[A13] let nobody in whose key is not among them', async () => {
    const authenticator = createAuthenticator({ ...base, jwks: jwks(...nameless.slice(0, 2)) })
    expect(await resultOf(authenticator, nameless[2]!.token())).toBe('401 signature_invalid')
  })

  it('[A13] and keys with one are tried for a token without kid', async () => {
    const authenticator = createAuthenticator({ ...base, jwks: jwks(nameless[0]!, ec) })
    expect(await resultOf(authenticator, ec.token({}, { kid: undefined }))).toBe('authenticated')
  })

  it('in a key set do not verify a token that names another', async () => {
    const authenticator = createAuthenticator({ ...base, jwks: jwks(nameless[0]!, ec) })
    expect(await resultOf(authenticator, nameless[0]!.token({}, { kid: 'other' }))).toBe('401 key_unknown')
  })

  it('given one by one verify whatever name the token has', async () => {
    const authenticator = createAuthenticator({ ...base, publicKey: nameless[0]!.pem })
    expect(await resultOf(authenticator, nameless[0]!.token({}, { kid: 'any' }))).toBe('authenticated')
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
      expect(await resultOf(authenticator, signers[i]!.token())).toBe('authenticated')
      expect(await resultOf(authenticator, signers[i]!.token({}, { kid: undefined }))).toBe('authenticated')
      expect(await resultOf(shared, secrets[i]!.token())).toBe('authenticated')
      expect(await resultOf(shared, secrets[i]!.token({}, { kid: 'any' }))).toBe('authenticated')
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
    expect(await resultOf(authenticator, named.token())).toBe('authenticated')
    // a new key under an old name, of which the list has no JWK
    expect(await resultOf(authenticator, others[14]!.token({}, { kid: 'k1' }))).toBe('authenticated')
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
    expect(await resultOf(authenticator, named.token())).toBe('authenticated')
    expect(await resultOf(authenticator, ec.token({}, { kid }))).toBe('401 signature_invalid')
    const without = createAuthenticator({ ...base, jwks: { keys: [ec.jwk] } })
    expect(await resultOf(without, named.token())).toBe('401 key_unknown')
  })

  it('[V-3] is compared byte by byte', async () => {
    const named = createSigner({ alg: 'ES256', kid: 'Key' })
    const authenticator = createAuthenticator({ ...base, jwks: { keys: [named.jwk] } })
    for (const kid of ['key', 'KEY', 'Key ', 'Ke', 'Key\0', 'K\u0065y'.normalize('NFD')]) {
      expect(await resultOf(authenticator, named.token({}, { kid }))).toBe(
        kid === 'Key' ? 'authenticated' : '401 key_unknown',
      )
    }
    expect.assertions(6)
  })

  it('[V-3] has at most 512 characters', async () => {
    const long = createSigner({ alg: 'ES256', kid: 'k'.repeat(512) })
    const authenticator = createAuthenticator({ ...base, jwks: { keys: [long.jwk] } })
    expect(await resultOf(authenticator, long.token())).toBe('authenticated')
    expect(await resultOf(authenticator, long.token({}, { kid: 'k'.repeat(513) }))).toBe(
      '401 token_malformed',
    )
  })

  it.each([[{}], [[]], [['k1']], [1], [null], [true], [{ toString: 'k1' }]])(
    '[E5] that is %j is refused as malformed',
    async (kid) => {
      const authenticator = createAuthenticator({ ...base, jwks: { keys: [ec.jwk] } })
      expect(await resultOf(authenticator, ec.token({}, { kid }))).toBe('401 token_malformed')
    },
  )

  it('of two keys at once leads to both', async () => {
    const twin = createSigner({ alg: 'ES256', kid: 'k1' })
    const authenticator = createAuthenticator({ ...base, jwks: { keys: [ec.jwk, twin.jwk] } })
    expect(await resultOf(authenticator, ec.token())).toBe('authenticated')
    expect(await resultOf(authenticator, twin.token())).toBe('authenticated')
  })
})
