import { createAuthenticator, type AuthenticatorOptions } from '@countersign/core'
import { certificateOf, createSigner, base64url } from '@countersign/forge'
import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { fakeKeyServer } from '../support/fake-key-server.ts'
import { base, resultOf } from '../support/authenticate.ts'

const rsa = createSigner({ alg: 'RS256', kid: 'rsa' })
const hmac = createSigner({ alg: 'HS256', kid: null })
const secret = hmac.secret!
const modulus = rsa.jwk['n'] as string

/** Every way to hand the RSA key to an authenticator. */
const sources: Record<string, Partial<AuthenticatorOptions>> = {
  'publicKey as PEM': { publicKey: rsa.pem },
  'publicKey as certificate': { publicKey: certificateOf(rsa.publicKey) },
  'publicKey as JWK': { publicKey: rsa.jwk },
  'publicKey as KeyObject': { publicKey: rsa.publicKey },
  jwks: { jwks: { keys: [rsa.jwk] } },
  jwksUri: { jwksUri: 'https://idp.test/jwks', fetch: fakeKeyServer(rsa.jwk).fetch },
  'a key function giving PEM': { key: () => rsa.pem },
  'a key function giving a JWK': { key: () => rsa.jwk },
  'a key function giving a KeyObject': { key: () => Promise.resolve(rsa.publicKey) },
}

/** Everything an attacker who knows the public key may have tried as HMAC secret. */
const publicForms: Record<string, string | Uint8Array> = {
  'SPKI PEM': rsa.pem,
  'SPKI PEM without newline': rsa.pem.trimEnd(),
  'SPKI PEM on one line': rsa.pem.replaceAll('\n', ''),
  'SPKI PEM with CRLF': rsa.pem.replaceAll('\n', '\r\n'),
  'PKCS#1 PEM': pkcs1(),
  'PKCS#1 PEM without newline': pkcs1().trimEnd(),
  'X.509 PEM': certificateOf(rsa.publicKey),
  'X.509 PEM without newline': certificateOf(rsa.publicKey).trimEnd(),
  'SPKI DER': rsa.publicKey.export({ type: 'spki', format: 'der' }),
  'PKCS#1 DER': rsa.publicKey.export({ type: 'pkcs1', format: 'der' }),
  'SPKI DER in base64': rsa.publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
  'JWK JSON': JSON.stringify(rsa.jwk),
  'JWK JSON of n, e, kty': JSON.stringify({ e: rsa.jwk['e'], kty: 'RSA', n: modulus }),
  'JWKS JSON': JSON.stringify({ keys: [rsa.jwk] }),
  'modulus bytes': Buffer.from(modulus, 'base64url'),
  'modulus in base64url': modulus,
  'nothing at all': '',
}

function pkcs1(): string {
  return rsa.publicKey.export({ type: 'pkcs1', format: 'pem' }).toString()
}

function forged(alg: 'HS256' | 'HS384' | 'HS512', key: string | Uint8Array, kid?: string): string {
  const input = `${base64url({ alg, ...(kid && { kid }) })}.${base64url(rsa.claims())}`
  const mac = createHmac(`sha${alg.slice(2)}`, key)
    .update(input)
    .digest()
  return `${input}.${base64url(mac)}`
}

function unsigned(alg: unknown, signature: string): string {
  return `${base64url({ alg })}.${base64url(rsa.claims())}.${signature}`
}

describe.each(Object.entries(sources))('with keys from %s', (_name, options) => {
  const authenticator = createAuthenticator({ ...base, ...options })

  it('lets a genuine token in', async () => {
    expect(await resultOf(authenticator, rsa.token())).toBe('authenticated')
  })

  it.each(Object.entries(publicForms))('[A2] refuses HS256 forged with the %s', async (_form, key) => {
    for (const alg of ['HS256', 'HS384', 'HS512'] as const) {
      expect(await resultOf(authenticator, forged(alg, key))).toBe('401 algorithm_not_allowed')
      expect(await resultOf(authenticator, forged(alg, key, 'rsa'))).toBe('401 algorithm_not_allowed')
    }
  })

  it('[A1][V-1] refuses "none" in every spelling', async () => {
    const signature = rsa.token().split('.')[2]!
    for (const none of ['none', 'None', 'NONE', 'nOnE', 'none ', ' none', 'nоne', '']) {
      expect(await resultOf(authenticator, unsigned(none, ''))).toBe('401 token_malformed')
      expect(await resultOf(authenticator, unsigned(none, signature))).toBe('401 algorithm_not_allowed')
      expect(await resultOf(authenticator, unsigned(none, 'AA'))).toBe('401 algorithm_not_allowed')
    }
  })
})

describe('with a shared secret', () => {
  const authenticator = createAuthenticator({ ...base, secret })

  it('lets a genuine token in', async () => {
    expect(await resultOf(authenticator, hmac.token())).toBe('authenticated')
  })

  it('[A1] refuses "none" and an empty signature', async () => {
    expect(await resultOf(authenticator, unsigned('none', ''))).toBe('401 token_malformed')
    expect(await resultOf(authenticator, unsigned('none', base64url('x')))).toBe('401 algorithm_not_allowed')
    expect(await resultOf(authenticator, unsigned('HS256', ''))).toBe('401 token_malformed')
    expect(await resultOf(authenticator, unsigned('HS256', 'AA'))).toBe('401 signature_invalid')
  })

  it('[V-1] refuses every algorithm but its own, genuine signatures included', async () => {
    const hs512 = createSigner({ alg: 'HS512', kid: null, secret })
    expect(await resultOf(authenticator, hs512.token())).toBe('401 algorithm_not_allowed')
    expect(await resultOf(authenticator, rsa.token())).toBe('401 algorithm_not_allowed')
  })

  it('refuses a token signed with another secret', async () => {
    const other = createSigner({ alg: 'HS256', kid: null })
    expect(await resultOf(authenticator, other.token())).toBe('401 signature_invalid')
  })
})

describe('the algorithm', () => {
  it('[A1] is refused where the key function knows no key', async () => {
    const authenticator = createAuthenticator({ ...base, key: () => undefined })
    expect(await resultOf(authenticator, rsa.token())).toBe('401 key_unknown')
    expect(await resultOf(authenticator, unsigned('none', 'AA'))).toBe('401 algorithm_not_allowed')
    expect(await resultOf(authenticator, unsigned('none', ''))).toBe('401 token_malformed')
  })

  it('[A2] is not bent by a key function that answers a public key to a policy for secrets', async () => {
    for (const key of [
      rsa.pem,
      pkcs1(),
      certificateOf(rsa.publicKey),
      JSON.stringify(rsa.jwk),
      rsa.publicKey,
    ]) {
      const authenticator = createAuthenticator({ ...base, algorithms: ['HS256'], key: () => key })
      const text = typeof key === 'string' ? key : rsa.pem
      expect(await resultOf(authenticator, forged('HS256', text))).toBe('500 internal_error')
    }
    expect.assertions(5)
  })

  it('[A2] is not bent by a key function that answers a secret to a policy for public keys', async () => {
    const authenticator = createAuthenticator({ ...base, key: () => Buffer.from(secret).toString('hex') })
    expect(await resultOf(authenticator, hmac.token())).toBe('401 algorithm_not_allowed')
    expect(await resultOf(authenticator, rsa.token())).toBe('500 internal_error')
  })

  it('[A8][V-1] comes from the policy, not from the token, where a JWK names none', async () => {
    const { alg: _alg, ...jwk } = rsa.jwk
    const authenticator = createAuthenticator({ ...base, jwks: { keys: [jwk] }, algorithms: ['RS256'] })
    expect(await resultOf(authenticator, rsa.token())).toBe('authenticated')
    for (const alg of ['RS384', 'RS512', 'PS256', 'ES256', 'EdDSA', 'HS256']) {
      expect(await resultOf(authenticator, rsa.token({}, { alg }))).toBe('401 algorithm_not_allowed')
    }
  })

  it('[A8] must fit the type of the key, whatever the policy allows', async () => {
    const ec = createSigner({ alg: 'ES256', kid: 'ec' })
    const { alg: _alg, ...jwk } = ec.jwk
    const authenticator = createAuthenticator({ ...base, jwks: { keys: [jwk] } })
    expect(await resultOf(authenticator, ec.token())).toBe('authenticated')
    for (const alg of ['RS256', 'PS256', 'ES384', 'ES512', 'EdDSA', 'Ed25519']) {
      expect(await resultOf(authenticator, ec.token({}, { alg }))).toBe('401 algorithm_not_allowed')
    }
  })

  it('[V-1] is the one that the key names, where it names one', async () => {
    const authenticator = createAuthenticator({ ...base, jwks: { keys: [{ ...rsa.jwk, alg: 'PS256' }] } })
    expect(await resultOf(authenticator, rsa.token())).toBe('401 algorithm_not_allowed')
  })

  it.each([
    'constructor',
    '__proto__',
    'toString',
    'hasOwnProperty',
    'rs256',
    'RS256 ',
    'PBES2-HS256+A128KW',
  ])('[A1] is refused as unknown where it is %j', async (alg) => {
    const authenticator = createAuthenticator({ ...base, jwks: { keys: [rsa.jwk] } })
    expect(await resultOf(authenticator, rsa.token({}, { alg }))).toBe('401 algorithm_not_allowed')
  })

  it.each([[undefined], [null], [1], [['RS256']], [{ alg: 'RS256' }], [true]])(
    '[A1] is refused where it is no text but %j',
    async (alg) => {
      const authenticator = createAuthenticator({ ...base, jwks: { keys: [rsa.jwk] } })
      expect(await resultOf(authenticator, rsa.token({}, { alg }))).toBe('401 token_malformed')
    },
  )
})

describe('every algorithm', () => {
  const algorithms = [
    'RS256',
    'RS384',
    'RS512',
    'PS256',
    'PS384',
    'PS512',
    'ES256',
    'ES384',
    'ES512',
    'EdDSA',
    'Ed25519',
  ] as const

  it.each(algorithms)('%s verifies, and notices one changed bit', async (alg) => {
    const signer = createSigner({ alg })
    const authenticator = createAuthenticator({ ...base, jwks: { keys: [signer.jwk] } })
    const token = signer.token()
    expect(await resultOf(authenticator, token)).toBe('authenticated')
    const [header, payload, signature] = token.split('.') as [string, string, string]
    const bytes = Buffer.from(signature, 'base64url')
    for (const index of [0, bytes.length >> 1, bytes.length - 1]) {
      const bent = Buffer.from(bytes)
      bent[index]! ^= 1
      expect(await resultOf(authenticator, `${header}.${payload}.${base64url(bent)}`)).toBe(
        '401 signature_invalid',
      )
    }
    const shorter = base64url(bytes.subarray(0, -1))
    expect(await resultOf(authenticator, `${header}.${payload}.${shorter}`)).toBe('401 signature_invalid')
    const longer = base64url(Buffer.concat([bytes, Buffer.alloc(1)]))
    expect(await resultOf(authenticator, `${header}.${payload}.${longer}`)).toBe('401 signature_invalid')
    const other = signer.token({ sub: 'somebody else' }).split('.')[1]!
    expect(await resultOf(authenticator, `${header}.${other}.${signature}`)).toBe('401 signature_invalid')
  })

  it.each(['HS256', 'HS384', 'HS512'] as const)('%s verifies with its secret', async (alg) => {
    const signer = createSigner({ alg, kid: null })
    const authenticator = createAuthenticator({ ...base, secret: signer.secret!, algorithms: [alg] })
    expect(await resultOf(authenticator, signer.token())).toBe('authenticated')
  })

  it.each(['ES256', 'ES384', 'ES512'] as const)(
    '[B3] refuses a good %s signature whose numbers are padded with zeros: one token has one spelling',
    async (alg) => {
      const signer = createSigner({ alg })
      const authenticator = createAuthenticator({ ...base, jwks: { keys: [signer.jwk] } })
      const [header, payload, signature] = signer.token().split('.') as [string, string, string]
      const bytes = Buffer.from(signature, 'base64url')
      const half = bytes.length / 2
      const padded = Buffer.concat([
        Buffer.alloc(1),
        bytes.subarray(0, half),
        Buffer.alloc(1),
        bytes.subarray(half),
      ])
      expect(await resultOf(authenticator, `${header}.${payload}.${base64url(bytes)}`)).toBe('authenticated')
      expect(await resultOf(authenticator, `${header}.${payload}.${base64url(padded)}`)).toBe(
        '401 signature_invalid',
      )
    },
  )

  it('refuses an ECDSA signature of nothing but zeros, and one in DER', async () => {
    const signer = createSigner({ alg: 'ES256' })
    const authenticator = createAuthenticator({ ...base, jwks: { keys: [signer.jwk] } })
    const [header, payload] = signer.token().split('.') as [string, string]
    for (const bytes of [Buffer.alloc(64), Buffer.alloc(64, 0xff), Buffer.alloc(70, 0x30)]) {
      expect(await resultOf(authenticator, `${header}.${payload}.${base64url(bytes)}`)).toBe(
        '401 signature_invalid',
      )
    }
    expect.assertions(3)
  })
})
