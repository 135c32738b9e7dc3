import { createIssuer, type EncryptTo } from '@countersign/issuer'
import { memoryStore } from '@countersign/stores'
import { compactDecrypt } from 'jose'
import { generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto'
import { describe, expect, it, vi } from 'vitest'
import { decode, INPUT, ISSUER, verifyWith } from '../support.ts'

// Much is signed here, and machines are busy.
vi.setConfig({ testTimeout: 30_000 })

const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 })
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' })
const x25519 = generateKeyPairSync('x25519')
const secret = randomBytes(32)
const long = randomBytes(64)
const short = randomBytes(16)
const jwk = { ...rsa.publicKey.export({ format: 'jwk' }), kid: 'enc-7' }
const pem = ec.publicKey.export({ type: 'spki', format: 'pem' }).toString()

describe('a nested token', () => {
  it.each<[string, EncryptTo, KeyObject | Uint8Array, object]>([
    ['RSA', { key: rsa.publicKey }, rsa.privateKey, { alg: 'RSA-OAEP-256', enc: 'A256GCM' }],
    ['a JWK', { key: jwk }, rsa.privateKey, { alg: 'RSA-OAEP-256', kid: 'enc-7' }],
    ['a JWK, renamed', { key: jwk, keyId: 'k' }, rsa.privateKey, { kid: 'k' }],
    [
      'a private key, of which the public half is taken',
      { key: rsa.privateKey },
      rsa.privateKey,
      { alg: 'RSA-OAEP-256' },
    ],
    ['PEM', { key: pem }, ec.privateKey, { alg: 'ECDH-ES', enc: 'A256GCM' }],
    [
      '[V-32] PEM with \\n for line breaks',
      { key: pem.replaceAll('\n', String.raw`\n`) },
      ec.privateKey,
      { alg: 'ECDH-ES', enc: 'A256GCM' },
    ],
    [
      'P-384',
      { key: p384.publicKey, algorithm: 'ECDH-ES+A256KW' },
      p384.privateKey,
      { alg: 'ECDH-ES+A256KW' },
    ],
    ['X25519', { key: x25519.publicKey }, x25519.privateKey, { alg: 'ECDH-ES' }],
    [
      'X25519 wrapped',
      { key: x25519.publicKey, algorithm: 'ECDH-ES+A256KW' },
      x25519.privateKey,
      { alg: 'ECDH-ES+A256KW' },
    ],
    ['shared bytes', { key: secret }, secret, { alg: 'dir', enc: 'A256GCM' }],
    ['16 shared bytes', { key: short, encryption: 'A128GCM' }, short, { alg: 'dir', enc: 'A128GCM' }],
    [
      '64 shared bytes',
      { key: long, encryption: 'A256CBC-HS512' },
      long,
      { alg: 'dir', enc: 'A256CBC-HS512' },
    ],
    [
      'a wrapped key',
      { key: secret, algorithm: 'A256KW', encryption: 'A256CBC-HS512' },
      secret,
      { alg: 'A256KW' },
    ],
    [
      'a wrapped key, GCM',
      { key: secret, algorithm: 'A256GCMKW', encryption: 'A128GCM' },
      secret,
      { alg: 'A256GCMKW' },
    ],
  ])('for %s is what jose decrypts, and our signature is inside', async (_, encryptTo, key, header) => {
    const issuer = createIssuer({ issuer: ISSUER, store: memoryStore(), encryptTo })
    const { token } = await issuer.accessToken({ ...INPUT, claims: { secret: 'medical' } })
    expect(token.split('.')).toHaveLength(5)
    expect(token).not.toContain(Buffer.from('medical').toString('base64url').slice(0, 8))
    const { plaintext, protectedHeader } = await compactDecrypt(token, key)
    expect(protectedHeader).toMatchObject({ ...header, cty: 'JWT' })
    expect(protectedHeader).not.toHaveProperty('zip')
    const inside = Buffer.from(plaintext).toString()
    expect(decode(inside).header).toMatchObject({ alg: 'ES256', typ: 'at+jwt' })
    expect((await verifyWith(await issuer.jwks(), inside, Date.now()))['secret']).toBe('medical')
  })

  it('is made by sign() for the receiver of that one token', async () => {
    const issuer = createIssuer({ issuer: ISSUER, store: memoryStore() })
    const options = { typ: 'invoice+jwt', audience: 'a' }
    expect((await issuer.sign({}, options)).token.split('.')).toHaveLength(3)
    const { token } = await issuer.sign({}, { ...options, encryptTo: { key: secret } })
    expect(
      Buffer.from((await compactDecrypt(token, secret)).plaintext)
        .toString()
        .split('.'),
    ).toHaveLength(3)
    await expect(issuer.sign({}, { ...options, encryptTo: { key: 'x' } })).rejects.toThrow(
      'sign(): "encryptTo.key" must be a public key',
    )
  })
})
