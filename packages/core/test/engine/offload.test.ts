import { createAuthenticator } from '@countersign/core'
import { createSigner, splitToken } from '@countersign/forge'
import { describe, expect, it } from 'vitest'
import { engine } from '../../src/engine/node.ts'
import { resultOf } from '../support/authenticate.ts'

const tampered = (token: string) => `${token.slice(0, -4)}${token.endsWith('AAAA') ? 'BBBB' : 'AAAA'}`

describe.each(['ES256', 'ES384', 'ES512', 'EdDSA', 'RS256', 'PS256'] as const)('offload with %s', (alg) => {
  const signer = createSigner({ alg })
  const { issuer, audience, jwk: publicKey } = signer
  const authenticator = createAuthenticator({ issuer, audience, publicKey, offload: true })

  it('lets good tokens in, 64 at once, and refuses bad ones', async () => {
    const tokens = Array.from({ length: 64 }, (_, i) => signer.token({ sub: `user-${i}` }))
    const answers = await Promise.all(
      tokens.flatMap((token) => [resultOf(authenticator, token), resultOf(authenticator, tampered(token))]),
    )
    const expected = tokens.flatMap(() => ['authenticated', '401 signature_invalid'])
    expect(answers).toEqual(expected)
  })
})

describe('the Node engine', () => {
  it.each([
    ['ES256', true, true],
    ['EdDSA', true, true],
    ['ES256', false, false],
    ['EdDSA', false, false],
    // For these the trip to the pool costs more than it saves.
    ['RS256', true, false],
    ['HS256', true, false],
  ] as const)('verifies %s, with offload %s, in the thread pool: %s', async (alg, offload, inPool) => {
    const signer = createSigner({ alg })
    const { header, payload, signature } = splitToken(signer.token())
    const jwk =
      signer.secret === undefined
        ? signer.jwk
        : { kty: 'oct', k: Buffer.from(signer.secret).toString('base64url') }
    const key = engine.importKey(jwk)
    const good = engine.verify(alg, key, `${header}.${payload}`, Buffer.from(signature, 'base64url'), offload)
    expect(good instanceof Promise).toBe(inPool)
    expect(await good).toBe(true)
  })
})
