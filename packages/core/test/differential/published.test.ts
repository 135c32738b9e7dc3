import {
  createAuthenticator,
  type Algorithm,
  type AuthenticatorOptions,
  type PublicJwk,
} from '@countersign/core'
import { splitToken } from '@countersign/forge'
import { compactVerify, importJWK, jwtVerify, type JWK } from 'jose'
import { describe, expect, it } from 'vitest'
import type { Engine } from '../../src/engine/engine.ts'
import { engine as nodeEngine } from '../../src/engine/node.ts'
import { engine as webEngine } from '../../src/engine/web.ts'
import { resultOf } from '../support/authenticate.ts'
import { publishedTokens, unsecured } from './published.ts'

const cases = publishedTokens.map((published) => {
  const { header, payload, signature } = splitToken(published.token)
  const { alg } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { alg: Algorithm }
  return { ...published, alg, input: `${header}.${payload}`, signature: Buffer.from(signature, 'base64url') }
})

/** The example's issuer, and a time when its token had not expired. */
const policy = { issuer: 'joe', audience: null, now: () => 1_300_819_300_000 }

function keyOption(jwk: PublicJwk): Partial<AuthenticatorOptions> {
  return jwk.kty === 'oct' ? { secret: Buffer.from(jwk['k'] as string, 'base64url') } : { publicKey: jwk }
}

const engines: readonly Engine[] = [nodeEngine, webEngine]

describe.each(cases)('the token of $source', ({ token, jwk, alg, input, signature }) => {
  it.each(engines)('[V-2] has a good signature, says the engine $name, and so says jose', async (engine) => {
    expect(await engine.verify(alg, engine.importKey(jwk), input, signature, false)).toBe(true)
    await expect(compactVerify(token, await importJWK(jwk as JWK, alg))).resolves.toBeDefined()
  })

  it.each(engines)('[V-2] has a bad one for the engine $name once a bit of it is another', async (engine) => {
    const key = engine.importKey(jwk)
    for (const at of [0, 1, signature.length >> 1, signature.length - 1]) {
      const bent = Buffer.from(signature)
      bent[at]! ^= 1
      expect(await engine.verify(alg, key, input, bent, false)).toBe(false)
    }
    const other = `f${input.slice(1)}`
    expect(await engine.verify(alg, key, other, signature, false)).toBe(false)
    expect.assertions(5)
  })

  it('is checked by an authenticator up to its claims, which are of no access token', async () => {
    const authenticator = createAuthenticator({ ...policy, algorithms: [alg], ...keyOption(jwk) })
    // RFC 7515 has no sub; the payloads of the others are no JSON
    const isJwt = token.includes('.eyJpc3Mi')
    expect(await resultOf(authenticator, token)).toBe(isJwt ? '401 claim_missing' : '401 token_malformed')
    const options = { currentDate: new Date(policy.now()) }
    const byJose = await jwtVerify(token, await importJWK(jwk as JWK, alg), options).then(
      ({ payload }) => payload.iss,
      (error: Error) => error.message,
    )
    expect(byJose).toBe(isJwt ? 'joe' : 'JWT Claims Set must be a top-level JSON object')
  })
})

it('[A1] the unsecured token of RFC 7519 section 6.1 is refused, whatever key there is', async () => {
  for (const { jwk, alg } of cases) {
    const authenticator = createAuthenticator({ ...policy, algorithms: [alg], ...keyOption(jwk) })
    expect(await resultOf(authenticator, unsecured)).toBe('401 token_malformed')
    expect(await resultOf(authenticator, `${unsecured}AAAA`)).toBe('401 algorithm_not_allowed')
  }
  expect.assertions(cases.length * 2)
})
