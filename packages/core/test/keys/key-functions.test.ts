import { createAuthenticator, type KeyFunction, type UnverifiedKeyHint } from '@countersign/core'
import { createSigner } from '@countersign/forge'
import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { base, bearer, resultOf, refusalOf } from '../support/authenticate.ts'
import { listenTo } from '../support/listen.ts'
import { thenable } from '../support/thenable.ts'

const signer = createSigner({ alg: 'ES256', kid: 'k1' })
const other = createSigner({ alg: 'ES256', kid: 'k2' })
const hmac = createSigner({ alg: 'HS256', kid: 'h1' })

/** An authenticator whose keys come from a function that may answer anything, as functions in JavaScript may. */
function asking(key: (hint: UnverifiedKeyHint) => unknown, options: object = {}) {
  return createAuthenticator({ ...base, ...options, key: key as KeyFunction })
}

describe('a key function', () => {
  it.each([
    ['a PEM', () => signer.pem],
    ['a JWK', () => signer.jwk],
    ['a KeyObject', () => signer.publicKey],
    ['a promise', () => Promise.resolve(signer.pem)],
    ['a thenable', () => thenable<string>((resolve) => resolve(signer.pem))],
    ['several keys', () => [other.pem, signer.pem]],
    ['{ key, maxAge }', () => ({ key: signer.pem, maxAge: 60 })],
    ['a promise of { key, maxAge }', () => Promise.resolve({ key: signer.jwk, maxAge: 60 })],
  ])('may answer %s', async (_what, key) => {
    expect(await resultOf(asking(key), signer.token())).toBe('authenticated')
    expect(await resultOf(asking(key), createSigner({ alg: 'ES256', kid: 'k1' }).token())).toBe(
      '401 signature_invalid',
    )
  })

  it('may answer a CryptoKey', async () => {
    const key = await crypto.subtle.importKey(
      'jwk',
      signer.jwk,
      { name: 'ECDSA', namedCurve: 'P-256' },
      false,
      ['verify'],
    )
    expect(
      await resultOf(
        asking(() => key),
        signer.token(),
      ),
    ).toBe('authenticated')
  })

  it.each([
    ['a text', () => hmac.secret!],
    ['{ key, maxAge }', () => ({ key: hmac.secret!, maxAge: 60 })],
    ['several secrets', () => [randomBytes(32), hmac.secret!]],
  ])('may answer %s where the policy is for secrets', async (_what, key) => {
    expect(await resultOf(asking(key, { algorithms: ['HS256'] }), hmac.token())).toBe('authenticated')
  })

  it('is told kid, algorithm and issuer, and nothing else of the token', async () => {
    const hints: UnverifiedKeyHint[] = []
    const authenticator = asking((hint) => {
      hints.push(hint)
      return signer.pem
    })
    await resultOf(authenticator, signer.token({}, { jku: 'https://evil.test', typ: 'JWT' }))
    await resultOf(authenticator, signer.token({}, { kid: undefined }))
    expect(hints).toEqual([
      { kid: 'k1', alg: 'ES256', issuer: base.issuer },
      { kid: undefined, alg: 'ES256', issuer: base.issuer },
    ])
  })

  it('is not asked for tokens that are malformed, of another issuer or of a forbidden algorithm', async () => {
    let asked = 0
    const authenticator = asking(
      () => {
        asked++
        return signer.pem
      },
      { algorithms: ['ES256'] },
    )
    expect(await resultOf(authenticator, 'a.b.c')).toBe('401 token_malformed')
    expect(await resultOf(authenticator, signer.token({ iss: 'https://evil.test' }))).toBe(
      '401 claim_mismatch',
    )
    expect(await resultOf(authenticator, signer.token({}, { alg: 'RS256' }))).toBe(
      '401 algorithm_not_allowed',
    )
    expect(asked).toBe(0)
  })

  it('that answers undefined says that there is no such key: 401', async () => {
    expect(
      await resultOf(
        asking(() => undefined),
        signer.token(),
      ),
    ).toBe('401 key_unknown')
    expect(
      await resultOf(
        asking(() => Promise.resolve()),
        signer.token(),
      ),
    ).toBe('401 key_unknown')
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('vault sealed')
      },
    ],
    ['rejects', () => Promise.reject(new Error('vault sealed'))],
  ])('[D8] that %s says that it cannot be told: 503, and never 401', async (_what, key) => {
    const events = listenTo('countersign:refused')
    const refusal = await refusalOf(asking(key), bearer(signer.token()))
    expect(refusal).toMatchObject({
      status: 503,
      headers: { 'Retry-After': '5' },
      body: { code: 'keys_unavailable' },
    })
    expect(JSON.stringify(refusal)).not.toContain('vault')
    expect(refusal.headers).not.toHaveProperty('WWW-Authenticate')
    expect(events.stop()).toMatchObject([{ code: 'keys_unavailable', cause: new Error('vault sealed') }])
  })

  it.each([
    ['null', null],
    ['an empty text', ''],
    ['white space', '  \n'],
    ['an empty list', []],
    ['a list of nothing', [undefined]],
    ['false', false],
    ['zero', 0],
    ['a number', 42],
    ['an empty object', {}],
    ['empty bytes', new Uint8Array()],
    ['a text that is not a key', 'not a key, but long enough to pass for a secret'],
    ['{ key: undefined, maxAge }', { key: undefined, maxAge: 60 }],
    ['{ key: null, maxAge }', { key: null, maxAge: 60 }],
    ['a JWKS', { keys: [signer.jwk] }],
    ['a weak key', createSigner({ alg: 'RS256', modulusLength: 1024 }).jwk],
  ])(
    '[A5] that answers %s is our fault: 500 with an event, whatever the policy is for',
    async (_what, answer) => {
      for (const [options, forger] of [
        [{}, signer],
        [{ algorithms: ['HS256'] }, hmac],
      ] as const) {
        const events = listenTo('countersign:refused')
        const secretText = typeof answer === 'string' && answer.length >= 32
        const expected = secretText && forger === hmac ? '401 signature_invalid' : '500 internal_error'
        expect(
          await resultOf(
            asking(() => answer, options),
            forger.token(),
          ),
        ).toBe(expected)
        expect(events.stop()).toHaveLength(1)
      }
      expect.assertions(4)
    },
  )

  it('[A5] that answers an empty secret does not let a token signed with an empty secret in', async () => {
    const empty = createSigner({ alg: 'HS256', kid: 'h1', secret: new Uint8Array() })
    for (const answer of ['', null, new Uint8Array(), undefined]) {
      const said = await resultOf(
        asking(() => answer, { algorithms: ['HS256'] }),
        empty.token(),
      )
      expect(said).toBe(answer === undefined ? '401 key_unknown' : '500 internal_error')
    }
    expect.assertions(4)
  })

  it('[V-26] may answer 16 keys, each of which is tried', async () => {
    const secrets = Array.from({ length: 17 }, () => createSigner({ alg: 'HS256', kid: null }))
    const bytes = secrets.map(({ secret }) => secret!)
    const events = listenTo('countersign:refused')
    for (const answer of [bytes.slice(0, 16), { key: bytes.slice(0, 16), maxAge: 60 }]) {
      const authenticator = asking(() => answer, { algorithms: ['HS256'] })
      for (const one of secrets.slice(0, 16))
        expect(await resultOf(authenticator, one.token())).toBe('authenticated')
      expect(await resultOf(authenticator, secrets[16]!.token())).toBe('401 signature_invalid')
    }
    const tooMany = asking(() => Promise.resolve(bytes), { algorithms: ['HS256'] })
    expect(await resultOf(tooMany, secrets[0]!.token())).toBe('500 internal_error')
    const kept = asking(() => ({ key: bytes, maxAge: 60 }), { algorithms: ['HS256'] })
    expect(await resultOf(kept, secrets[0]!.token())).toBe('500 internal_error')
    const faults = events.stop().filter(({ status }) => status === 500)
    expect(faults).toHaveLength(2)
    for (const { cause } of faults) expect((cause as Error).message).toContain('has 17 keys: at most 16')
  })

  it('whose JWK names another kid has no key for the token', async () => {
    expect(
      await resultOf(
        asking(() => other.jwk),
        signer.token(),
      ),
    ).toBe('401 key_unknown')
  })

  it('whose key does not fit the algorithm of the token has none either', async () => {
    const rsa = createSigner({ alg: 'RS256', kid: null })
    expect(
      await resultOf(
        asking(() => rsa.pem),
        signer.token(),
      ),
    ).toBe('401 algorithm_not_allowed')
  })

  it('is ready at once', async () => {
    await expect(asking(() => undefined).ready()).resolves.toBeUndefined()
  })
})
