import { createIssuer, type Signer } from '@countersign/issuer'
import { fakeClock } from '@countersign/forge'
import * as fc from 'fast-check'
import { generateKeyPairSync } from 'node:crypto'
import { expect, it, vi } from 'vitest'
import { faultyStore, ISSUER, publishedBy } from '../support.ts'

// Much is signed here, and machines are busy.
vi.setConfig({ testTimeout: 30_000 })

const PRIVATE = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']
const PUBLIC = ['kty', 'crv', 'x', 'y', 'n', 'e', 'kid', 'use', 'alg']
const pairs = {
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  EdDSA: generateKeyPairSync('ed25519'),
  RS256: generateKeyPairSync('rsa', { modulusLength: 2_048 }),
  PS256: generateKeyPairSync('rsa', { modulusLength: 2_048 }),
}

/** All member names in a JSON value, however deep. */
function namesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, member]) => [
    ...(Array.isArray(value) ? [] : [name]),
    ...namesIn(member),
  ])
}

it('[I-40] no key set and no metadata ever has a private member, whatever a key is given as', async () => {
  const algorithms = fc.constantFrom('ES256', 'EdDSA', 'RS256', 'PS256')
  const steps = fc.array(fc.constantFrom('sign', 'rotate', 'retire', 'wait', 'wait long'), { maxLength: 8 })
  const extras = fc.dictionary(
    fc.constantFrom(...PRIVATE, 'ext', 'key_ops', 'x5c', '__proto__', 'toJSON'),
    fc.string(),
    {
      maxKeys: 5,
    },
  )
  await fc.assert(
    fc.asyncProperty(algorithms, steps, extras, fc.boolean(), async (algorithm, life, extra, isSigner) => {
      const clock = fakeClock()
      const signer: Signer = {
        // By mistake the whole pair, and more.
        createKey: async () => ({
          publicJwk: { ...extra, ...pairs[algorithm].privateKey.export({ format: 'jwk' }) },
          reference: 'r',
        }),
        sign: () => Promise.reject(new Error('not asked')),
      }
      // RSA pairs take long to make: those are the signer's alone.
      const own = isSigner || algorithm === 'RS256' || algorithm === 'PS256' ? { signer } : {}
      const store = faultyStore(clock)
      const issuer = createIssuer({ issuer: ISSUER, store, algorithm, now: clock.now, ...own })
      for (const step of ['sign', ...life]) {
        if (step === 'rotate') await issuer.rotate()
        if (step === 'retire') await issuer.retire((await issuer.keys())[0]!.kid)
        if (step === 'wait') clock.advance(4_000)
        if (step === 'wait long') clock.advance(31 * 86_400)
        const { set } = await publishedBy(issuer)
        for (const document of [set, await issuer.jwks(), issuer.metadata(), await issuer.keys()])
          expect(namesIn(document).filter((name) => PRIVATE.includes(name))).toEqual([])
        expect(set.keys.length).toBeGreaterThan(0)
        for (const key of set.keys) {
          expect(Object.keys(key).filter((name) => !PUBLIC.includes(name))).toEqual([])
          expect(key).toMatchObject({ alg: algorithm, use: 'sig', kid: expect.stringMatching(/^[\w-]{43}$/) })
        }
      }
    }),
    { numRuns: 60 },
  )
})
