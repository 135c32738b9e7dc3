import { createAuthenticator, type Events } from '@countersign/core'
import { createSigner } from '@countersign/forge'
import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { fakeKeyServer } from '../support/fake-key-server.ts'
import { base, resultOf } from '../support/authenticate.ts'
import { listenTo } from '../support/listen.ts'
import { optionError } from '../support/options.ts'
import {
  almostRocaModulus,
  fingerprintPrimes,
  goodModulus,
  rocaModulus,
  rsaJwk,
} from '../support/weak-rsa.ts'

const good = createSigner({ alg: 'ES256', kid: 'good' })
const signer = createSigner({ alg: 'RS256', kid: 'unfit' })
const small = createSigner({ alg: 'RS256', kid: 'unfit', modulusLength: 1024 })
const ec = createSigner({ alg: 'ES256', kid: 'unfit' })
const ed = createSigner({ alg: 'EdDSA', kid: 'unfit' })
const n = Buffer.from(signer.jwk['n'] as string, 'base64url')
const x = Buffer.from(ec.jwk['x'] as string, 'base64url')
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const { kty: _kty, ...noKty } = ec.jwk

/** A key that is not used, and what the event says of it. */
const unfit: Record<string, [jwk: Record<string, unknown>, reason: RegExp]> = {
  'RSA of 1024 bits': [small.jwk, /1024 bits; at least 2048/],
  'RSA of 2047 bits': [
    rsaJwk(Buffer.concat([Buffer.from([0x7f]), n.subarray(1)])),
    /2047 bits; at least 2048/,
  ],
  'RSA of 1024 bits, padded with zeros to 2048': [
    rsaJwk(Buffer.concat([Buffer.alloc(128), Buffer.from(small.jwk['n'] as string, 'base64url')])),
    /1024 bits; at least 2048/,
  ],
  'RSA of 16385 bits': [rsaJwk(Buffer.concat([Buffer.from([1]), Buffer.alloc(2048, 0xff)])), /at most 16384/],
  'RSA with exponent 1': [rsaJwk(n, Buffer.from([1])), /exponent is 1 or even/],
  'RSA with exponent 0': [rsaJwk(n, Buffer.from([0])), /exponent is 1 or even/],
  'RSA with exponent 2': [rsaJwk(n, Buffer.from([2])), /exponent is 1 or even/],
  'RSA with an even exponent': [rsaJwk(n, Buffer.from([1, 0, 0])), /exponent is 1 or even/],
  'RSA with an exponent of 65 bits': [
    rsaJwk(n, Buffer.from('010000000000000001', 'hex')),
    /exponent is larger than 64 bits/,
  ],
  'RSA with an even modulus': [
    rsaJwk(Buffer.concat([n.subarray(0, -1), Buffer.from([0])])),
    /modulus is even/,
  ],
  'RSA with the ROCA weakness': [rsaJwk(rocaModulus()), /ROCA weakness \(CVE-2017-15361\)/],
  'RSA without modulus': [{ kty: 'RSA', e: 'AQAB' }, /"n" or "e" is not base64url/],
  'RSA with a modulus that is no text': [{ kty: 'RSA', n: 5, e: 'AQAB' }, /"n" or "e" is not base64url/],
  'RSA with an empty exponent': [{ ...signer.jwk, e: '' }, /"n" or "e" is not base64url/],
  'RSA with a modulus in hex': [{ ...signer.jwk, n: `${n.toString('hex')}!` }, /"n" or "e" is not base64url/],
  'RSA with a space in its modulus': [
    { ...signer.jwk, n: ` ${n.toString('base64url')}` },
    /"n" or "e" is not base64url/,
  ],
  'RSA with padding in the middle': [
    { ...signer.jwk, n: `AA==${n.toString('base64url')}` },
    /"n" or "e" is not base64url/,
  ],
  'RSA with bits that say nothing': [{ ...signer.jwk, e: 'AQABB' }, /"n" or "e" is not base64url/],
  'RSA in a certificate alone': [
    { kty: 'RSA', x5c: ['MIIC'], alg: 'RS256' },
    /"x5c" or "x5u"\), which is not read/,
  ],
  'EC in a certificate alone': [
    { kty: 'EC', crv: 'P-256', x5u: 'https://idp.test/x5u' },
    /only in a certificate \("x5c" or "x5u"\)/,
  ],
  'RSA without modulus, which is null': [{ ...signer.jwk, n: null }, /"n" or "e" is not base64url/],
  'EC without coordinate, which is null': [{ ...ec.jwk, y: null }, /coordinate has the wrong length/],
  'kty: null': [{ ...ec.jwk, kty: null }, /fits no algorithm/],
  'use: enc': [{ ...ec.jwk, use: 'enc' }, /"use" is not "sig"/],
  'use: 1': [{ ...ec.jwk, use: 1 }, /"use" is not "sig"/],
  'key_ops: sign': [{ ...ec.jwk, key_ops: ['sign'] }, /"key_ops" do not include "verify"/],
  'key_ops: encrypt': [{ ...signer.jwk, key_ops: ['encrypt', 'wrapKey'] }, /"key_ops" do not include/],
  'key_ops: empty': [{ ...ec.jwk, key_ops: [] }, /"key_ops" do not include/],
  'key_ops: a text': [{ ...ec.jwk, key_ops: 'verify' }, /"key_ops" do not include/],
  'a private EC key': [{ ...privateKey.export({ format: 'jwk' }) }, /private members/],
  'a private member alone': [{ ...signer.jwk, dp: 'AQAB' }, /private members/],
  'a secret member on a public key': [{ ...ec.jwk, k: 'AQAB' }, /private members/],
  'a symmetric key': [{ kty: 'oct', k: Buffer.alloc(32, 7).toString('base64url') }, /fits no algorithm/],
  'no kty': [noKty, /fits no algorithm/],
  'an unknown curve': [{ ...ec.jwk, crv: 'secp256k1', alg: undefined }, /fits no algorithm/],
  X25519: [{ ...ed.jwk, crv: 'X25519' }, /fits no algorithm/],
  Ed448: [{ ...ed.jwk, crv: 'Ed448', alg: undefined }, /fits no algorithm/],
  'an alg of another type': [{ ...ec.jwk, alg: 'RS256' }, /fits no algorithm/],
  'an alg of another curve': [{ ...ec.jwk, alg: 'ES384' }, /fits no algorithm/],
  'an alg for encryption': [{ ...signer.jwk, alg: 'RSA-OAEP-256' }, /fits no algorithm/],
  'alg: none': [{ ...ec.jwk, alg: 'none' }, /fits no algorithm/],
  'a short coordinate': [
    { ...ec.jwk, x: x.subarray(1).toString('base64url') },
    /coordinate has the wrong length/,
  ],
  'a long coordinate': [
    { ...ec.jwk, x: Buffer.concat([Buffer.alloc(1), x]).toString('base64url') },
    /coordinate has the wrong length/,
  ],
  'no coordinate': [{ ...ec.jwk, y: undefined }, /coordinate has the wrong length/],
  'a short Ed25519 key': [{ ...ed.jwk, x: 'AAAA' }, /coordinate has the wrong length/],
  'a point off the curve': [
    { ...ec.jwk, x: Buffer.alloc(32, 1).toString('base64url') },
    /it is not a valid key/,
  ],
}

describe.each(Object.entries(unfit))('a published key with %s', (_name, [members, reason]) => {
  const jwk = { ...members, kid: 'unfit' }

  it('[E3] is skipped with an event, and a token naming it is refused', async () => {
    const server = fakeKeyServer(jwk, good.jwk)
    const events = listenTo('countersign:keys:skipped')
    const authenticator = createAuthenticator({
      ...base,
      jwksUri: 'https://idp.test/jwks',
      fetch: server.fetch,
    })
    for (const forger of [signer, small, ec, ed]) {
      expect(await resultOf(authenticator, forger.token())).toBe('401 key_unknown')
    }
    expect(await resultOf(authenticator, good.token())).toBe('authenticated')
    expect(events.stop()).toEqual<Events['countersign:keys:skipped'][]>([
      { issuer: base.issuer, kid: 'unfit', reason: expect.stringMatching(reason) },
    ])
    expect(server.requests).toHaveLength(1)
  })

  it('[E3][A6] is an error at start where it is given as "publicKey"', () => {
    expect(optionError({ publicKey: jwk }).message).toMatch(
      /"publicKey" (is a symmetric key|is not a PEM, JWK|cannot be used)/,
    )
    expect.assertions(2)
  })
})

describe('a published key', () => {
  it.each([[null], ['text'], [1], [true], [['a']], [undefined]])('that is %j is skipped', async (jwk) => {
    const server = fakeKeyServer()
    server.answer(() => new Response(JSON.stringify({ keys: [jwk, good.jwk] })))
    const events = listenTo('countersign:keys:skipped')
    const authenticator = createAuthenticator({
      ...base,
      jwksUri: 'https://idp.test/jwks',
      fetch: server.fetch,
    })
    expect(await resultOf(authenticator, good.token())).toBe('authenticated')
    expect(events.stop()).toEqual([{ issuer: base.issuer, kid: undefined, reason: 'it is not an object' }])
  })

  it.each([
    [1, /"kid" is not a string/],
    [['unfit'], /"kid" is not a string/],
    ['k'.repeat(513), /"kid" is too long/],
  ])('with the kid %j is skipped', async (kid, reason) => {
    const server = fakeKeyServer({ ...ec.jwk, kid }, good.jwk)
    const events = listenTo('countersign:keys:skipped')
    const authenticator = createAuthenticator({
      ...base,
      jwksUri: 'https://idp.test/jwks',
      fetch: server.fetch,
    })
    expect(await resultOf(authenticator, ec.token())).toBe('401 key_unknown')
    expect(events.stop()).toMatchObject([{ kid: undefined, reason: expect.stringMatching(reason) }])
  })

  it('that is unfit does not stand in the way of a good one of the same name', async () => {
    const twin = createSigner({ alg: 'ES256', kid: 'unfit' })
    for (const keys of [
      [small.jwk, twin.jwk],
      [twin.jwk, small.jwk],
    ]) {
      expect(await resultOf(createAuthenticator({ ...base, jwks: { keys } }), twin.token())).toBe(
        'authenticated',
      )
    }
    expect.assertions(2)
  })

  const padded = (text: string) => text.padEnd(Math.ceil(text.length / 4) * 4, '=')
  const standard = (text: string) => Buffer.from(text, 'base64url').toString('base64')
  const respelled = (jwk: Record<string, unknown>, spell: (text: string) => string) =>
    Object.fromEntries(
      Object.entries(jwk).map(([name, value]) => [
        name,
        ['n', 'e', 'x', 'y'].includes(name) ? spell(value as string) : value,
      ]),
    )

  it.each([
    ['RSA', signer],
    ['EC', ec],
    ['OKP', ed],
  ])('[V-28] may have its bytes padded or in the standard alphabet: %s', async (_type, one) => {
    for (const jwk of [
      respelled(one.jwk, padded),
      respelled(one.jwk, standard),
      respelled(one.jwk, (text) => `${text}==`),
    ]) {
      expect(await resultOf(createAuthenticator({ ...base, jwks: { keys: [jwk] } }), one.token())).toBe(
        'authenticated',
      )
      expect(await resultOf(createAuthenticator({ ...base, publicKey: jwk }), one.token())).toBe(
        'authenticated',
      )
      const server = fakeKeyServer(jwk)
      const remote = createAuthenticator({ ...base, jwksUri: 'https://idp.test/jwks', fetch: server.fetch })
      expect(await resultOf(remote, one.token())).toBe('authenticated')
      // a token keeps its one spelling
      expect(await resultOf(remote, `${one.token()}=`)).toBe('401 token_malformed')
    }
    expect.assertions(12)
  })

  it.each([
    ['use', ec],
    ['alg', signer],
    ['key_ops', ec],
    ['d', ed],
    ['oth', signer],
    ['k', ec],
    ['x5c', signer],
    ['x5t#S256', ed],
  ])('[V-28] may have the member %j, which is null: as if it were absent', async (name, one) => {
    const jwk = { ...one.jwk, [name]: null }
    expect(await resultOf(createAuthenticator({ ...base, jwks: { keys: [jwk] } }), one.token())).toBe(
      'authenticated',
    )
    expect(await resultOf(createAuthenticator({ ...base, publicKey: jwk }), one.token())).toBe(
      'authenticated',
    )
  })

  it('[V-28] whose kid is null has no name', async () => {
    const jwks = { keys: [{ ...ec.jwk, kid: null }] }
    const authenticator = createAuthenticator({ ...base, jwks })
    expect(await resultOf(authenticator, ec.token({}, { kid: undefined }))).toBe('authenticated')
    expect(await resultOf(authenticator, ec.token())).toBe('401 key_unknown')
  })

  it('for verifying may say so', async () => {
    for (const members of [
      { use: 'sig' },
      { use: undefined },
      { key_ops: ['verify'] },
      { key_ops: ['sign', 'verify'] },
    ]) {
      const jwk: Record<string, unknown> = { ...ec.jwk, ...members }
      const jwks = { keys: [jwk] }
      expect(await resultOf(createAuthenticator({ ...base, jwks }), ec.token())).toBe('authenticated')
    }
    expect.assertions(4)
  })

  it('of 3072 bits, or with a modulus padded with a zero byte, verifies', async () => {
    const large = createSigner({ alg: 'RS256', kid: 'unfit', modulusLength: 3072 })
    const longModulus = Buffer.concat([Buffer.alloc(1), n]).toString('base64url')
    expect(await resultOf(createAuthenticator({ ...base, jwks: { keys: [large.jwk] } }), large.token())).toBe(
      'authenticated',
    )
    const jwks = { keys: [{ ...signer.jwk, n: longModulus }] }
    expect(await resultOf(createAuthenticator({ ...base, jwks }), signer.token())).toBe('authenticated')
  })
})

describe('the ROCA fingerprint', () => {
  it('[E3] takes every power of 65537 for weak', () => {
    for (const power of [0, 1, 2, 1_000, 99_999]) {
      expect(optionError({ publicKey: rsaJwk(rocaModulus(power)) }).message).toMatch(/ROCA/)
    }
    expect.assertions(10)
  })

  it.each(fingerprintPrimes)(
    'lets a modulus pass whose residue modulo %i alone is no power of 65537',
    (prime) => {
      const authenticator = createAuthenticator({ ...base, publicKey: rsaJwk(almostRocaModulus(prime)) })
      expect(authenticator.policy.issuers.size).toBe(1)
    },
  )

  it('lets good keys pass', () => {
    for (let i = 0; i < 5; i++) createAuthenticator({ ...base, publicKey: rsaJwk(goodModulus(2048)) })
    expect(optionError({ publicKey: rsaJwk(goodModulus(1024)) }).message).not.toMatch(/ROCA/)
  })
})

describe('the option jwks', () => {
  it.each([
    ['null', null, /must be a JWK set/],
    ['a list', [ec.jwk], /must be a JWK set/],
    ['a text', JSON.stringify({ keys: [ec.jwk] }), /must be a JWK set/],
    ['one key', ec.jwk, /must be a JWK set/],
    ['an empty set', { keys: [] }, /has no key that can verify: it is empty/],
    ['unfit keys only', { keys: [small.jwk] }, /has no key that can verify: its modulus has 1024 bits/],
    [
      'a symmetric key',
      { keys: [{ kty: 'oct', k: 'AQAB' }, ec.jwk] },
      /holds a symmetric key: give .* as "secret"/,
    ],
    ['a private key', { keys: [privateKey.export({ format: 'jwk' }), ec.jwk] }, /holds a private key/],
  ])('that is or holds %s is an error at start', (_what, jwks, message) => {
    const error = optionError({ jwks })
    expect(error.option).toBe('jwks')
    expect(error.message).toMatch(message)
  })

  it('[E3] leaves unfit keys out where others are good', async () => {
    const authenticator = createAuthenticator({ ...base, jwks: { keys: [small.jwk, good.jwk] } })
    expect(await resultOf(authenticator, small.token())).toBe('401 key_unknown')
    expect(await resultOf(authenticator, good.token())).toBe('authenticated')
  })
})
