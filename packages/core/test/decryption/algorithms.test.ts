import type { ContentEncryption, DecryptionOptions, KeyManagementAlgorithm } from '@countersign/core'
import { describe, expect, it, vi } from 'vitest'
import {
  CONTENT_ENCRYPTIONS,
  DEFAULT_CONTENT_ENCRYPTIONS,
  DEFAULT_KEY_MANAGEMENT,
  KEY_MANAGEMENT,
} from '../../src/algorithms/jwe.ts'
import { ecPair, encryptTo, rsaPair, secretPair, signer, x25519Pair, type Pair } from '../support/encrypt.ts'
import { resultOf, trusting } from '../support/authenticate.ts'
import { fc } from '../support/property.ts'

const algorithms = Object.keys(KEY_MANAGEMENT) as KeyManagementAlgorithm[]
const encryptions = Object.keys(CONTENT_ENCRYPTIONS) as ContentEncryption[]
const rsa = rsaPair()
const curves: Record<string, Pair> = {
  'P-256': ecPair('P-256'),
  'P-384': ecPair('P-384'),
  'P-521': ecPair('P-521'),
  X25519: x25519Pair(),
}
const secrets = new Map([16, 24, 32, 48, 64].map((bytes) => [bytes, secretPair(bytes)]))

/** The keys that an algorithm works with. */
function pairsFor(alg: KeyManagementAlgorithm, enc: ContentEncryption): readonly Pair[] {
  const { kty, ...traits } = KEY_MANAGEMENT[alg]
  if (kty === 'RSA') return [rsa]
  if (kty === 'EC') return Object.values(curves)
  return [secrets.get('keyBytes' in traits ? traits.keyBytes : CONTENT_ENCRYPTIONS[enc])!]
}

const opening = (decryption: DecryptionOptions) => trusting(signer, { decryption })
const everyPair = algorithms.flatMap((alg) => encryptions.map((enc) => [alg, enc] as const))

describe('what jose encrypts', () => {
  it.each(everyPair)('[I-48] %s with %s is read where both are allowed', async (alg, enc) => {
    for (const { privateJwk, publicJwk } of pairsFor(alg, enc)) {
      const token = await encryptTo(publicJwk, signer.token(), { alg, enc })
      const allowed = opening({ key: privateJwk, algorithms: [alg], encryptions: [enc] })
      expect(await resultOf(allowed, token)).toBe('authenticated')
    }
  })

  it.each(everyPair)(
    '[I-48] %s with %s is read by default just where the table says so',
    async (alg, enc) => {
      const byDefault = DEFAULT_KEY_MANAGEMENT.includes(alg) && DEFAULT_CONTENT_ENCRYPTIONS.includes(enc)
      const { privateJwk, publicJwk } = pairsFor(alg, enc)[0]!
      const token = await encryptTo(publicJwk, signer.token(), { alg, enc })
      // a second key, so that the first is not an error where nothing fits it
      const options = { key: [privateJwk, rsa.privateJwk], algorithms: [...DEFAULT_KEY_MANAGEMENT, alg] }
      expect(
        await resultOf(opening({ ...options, encryptions: [...DEFAULT_CONTENT_ENCRYPTIONS, enc] }), token),
      ).toBe('authenticated')
      const expected = byDefault ? 'authenticated' : '401 decryption_failed'
      const fits = byDefault || alg.startsWith('RSA')
      const standard = opening({ key: fits ? privateJwk : rsa.privateJwk })
      expect(await resultOf(standard, token)).toBe(expected)
    },
  )

  it.each(everyPair)('[I-48] %s with %s is refused where either is not allowed', async (alg, enc) => {
    const { privateJwk, publicJwk } = pairsFor(alg, enc)[0]!
    const token = await encryptTo(publicJwk, signer.token(), { alg, enc })
    const key = [privateJwk, secrets.get(16)!.privateJwk, rsa.privateJwk, curves['P-256']!.privateJwk]
    // the second list lets every key be used for something, and none for this
    const otherEncryptions = encryptions.filter((name) => name !== enc)
    const otherAlgorithms = algorithms.filter((name) => name !== alg)
    const withoutEnc = KEY_MANAGEMENT[alg].kty === 'oct' ? key.slice(1) : key
    expect(
      await resultOf(opening({ key: withoutEnc, algorithms, encryptions: otherEncryptions }), token),
    ).toBe('401 decryption_failed')
    const withoutAlg = alg === 'dir' ? key.slice(1) : key
    expect(
      await resultOf(opening({ key: withoutAlg, algorithms: otherAlgorithms, encryptions }), token),
    ).toBe('401 decryption_failed')
  })

  it('[I-48] is read with any claims inside', async () => {
    const authenticator = trusting(signer, { decryption: { key: rsa.privateJwk, required: true } })
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('RSA-OAEP-256'),
        fc.constantFrom(...DEFAULT_CONTENT_ENCRYPTIONS),
        fc.jsonValue({ maxDepth: 3 }),
        async (alg, enc, value) => {
          const inner = signer.token({ value, sub: 'someone' })
          const token = await encryptTo(rsa.publicJwk, inner, { alg, enc })
          const outcome = await authenticator.authenticateToken(token)
          const plain = await trusting(signer).authenticateToken(inner)
          expect(outcome.type).toBe(plain.type)
          if (outcome.type !== 'authenticated' || plain.type !== 'authenticated') return
          expect(outcome.principal.claims).toEqual(plain.principal.claims)
        },
      ),
      { numRuns: 60 },
    )
  })
})

describe('algorithms that cannot be allowed', () => {
  it.each([
    'RSA1_5',
    'PBES2-HS256+A128KW',
    'PBES2-HS512+A256KW',
    'none',
    'RS256',
    'constructor',
    '__proto__',
    '',
  ])('[B5] [I-48] as key management: %j', async (alg) => {
    const { token } = await forged({ alg })
    expect(await resultOf(opening({ key: rsa.privateJwk, algorithms: algorithms.slice(0, 7) }), token)).toBe(
      '401 decryption_failed',
    )
    expect(() => opening({ key: rsa.privateJwk, algorithms: [alg as never] })).toThrow(
      '"decryption.algorithms"',
    )
  })

  it.each(['A128CBC', 'XC20P', 'none', 'constructor', '__proto__', ''])(
    '[B5] [I-48] as content encryption: %j',
    async (enc) => {
      const { token } = await forged({ enc })
      expect(await resultOf(opening({ key: rsa.privateJwk }), token)).toBe('401 decryption_failed')
      expect(() => opening({ key: rsa.privateJwk, encryptions: [enc as never] })).toThrow(
        '"decryption.encryptions"',
      )
    },
  )

  it('[B5] PBES2 with a billion iterations is refused without doing them', async () => {
    const { token } = await forged({
      alg: 'PBES2-HS256+A128KW',
      p2c: 1_000_000_000,
      p2s: 'AAAAAAAAAAAAAAAA',
    })
    const key = secretPair(16).privateJwk
    const derive = vi.spyOn(crypto.subtle, 'deriveBits')
    expect(await resultOf(opening({ key }), token)).toBe('401 decryption_failed')
    expect(derive).not.toHaveBeenCalled()
    derive.mockRestore()
  })
})

/** A good token whose header is exchanged for one with these members. */
async function forged(members: Record<string, unknown>): Promise<{ token: string }> {
  const good = await encryptTo(rsa.publicJwk, signer.token(), { alg: 'RSA-OAEP-256' })
  const header = JSON.stringify({ alg: 'RSA-OAEP-256', enc: 'A256GCM', cty: 'JWT', ...members })
  return { token: [Buffer.from(header).toString('base64url'), ...good.split('.').slice(1)].join('.') }
}
