import { createAuthenticator, type RevocationCheck, type RevocationQuery } from '@countersign/core'
import { createSigner } from '@countersign/forge'
import { describe, expect, it } from 'vitest'
import { base, bearer, resultOf, refusalOf, request, verdict } from './support/authenticate.ts'
import { listenTo } from './support/listen.ts'
import { thenable } from './support/thenable.ts'

const signer = createSigner({ alg: 'ES256', kid: 'k1' })
const jwks = { keys: [signer.jwk] }

/** An authenticator whose hook may answer anything, as functions in JavaScript may. */
function hooked(isRevoked: (query: RevocationQuery) => unknown, options: object = {}) {
  return createAuthenticator({ ...base, jwks, ...options, isRevoked: isRevoked as RevocationCheck })
}

describe('the revocation hook', () => {
  it('is told what a list can be keyed by', async () => {
    const queries: RevocationQuery[] = []
    const authenticator = hooked((query) => {
      queries.push(query)
      return false
    })
    const exp = Math.floor(Date.now() / 1_000) + 600
    const full = { jti: 'j1', sid: 's1', iat: 1_700_000_000, exp, epoch: 7, tenant: 'acme' }
    expect(await resultOf(authenticator, signer.token(full))).toBe('authenticated')
    expect(
      await resultOf(authenticator, signer.token({ iat: undefined, exp, epoch: '7', tenant: ['acme'] })),
    ).toBe('authenticated')
    const common = { issuer: base.issuer, subject: 'user-1', keyId: 'k1', expiresAt: exp * 1_000 }
    expect(queries).toEqual([
      { ...common, tokenId: 'j1', sessionId: 's1', issuedAt: 1_700_000_000_000, epoch: 7, tenant: 'acme' },
      { ...common, tokenId: undefined, sessionId: undefined, issuedAt: undefined },
    ])
  })

  it('is told the kid of the key that verified, not the one that the token names', async () => {
    const nameless = createSigner({ alg: 'ES256', kid: null })
    const queries: (string | undefined)[] = []
    const authenticator = createAuthenticator({
      ...base,
      publicKey: nameless.pem,
      isRevoked: ({ keyId }) => queries.push(keyId) < 0,
    })
    expect(await resultOf(authenticator, nameless.token({}, { kid: 'claimed' }))).toBe('authenticated')
    expect(queries).toEqual([undefined])
  })

  it.each([
    ['true', () => true],
    ['a promise of true', () => Promise.resolve(true)],
    ['a thenable of true', () => thenable<boolean>((resolve) => resolve(true))],
  ])('that answers %s ends the token: 401', async (_what, answer) => {
    expect(await resultOf(hooked(answer), signer.token())).toBe('401 token_revoked')
  })

  it.each([
    ['false', () => false],
    ['a promise of false', () => Promise.resolve(false)],
  ])('that answers %s lets it in', async (_what, answer) => {
    expect(await resultOf(hooked(answer), signer.token())).toBe('authenticated')
  })

  it.each([[undefined], [null], [0], [1], [''], ['true'], ['false'], [{}], [[]]])(
    '[V-12] that answers %j cannot tell: 503, not 401 and not let in',
    async (answer) => {
      for (const reply of [() => answer, () => Promise.resolve(answer)]) {
        expect(await resultOf(hooked(reply), signer.token())).toBe('503 revocation_unavailable')
      }
      expect.assertions(2)
    },
  )

  it.each([
    [
      'throws',
      () => {
        throw new Error('redis down')
      },
    ],
    ['rejects', () => Promise.reject(new Error('redis down'))],
    [
      'throws in then',
      () =>
        thenable(() => {
          throw new Error('redis down')
        }),
    ],
  ])('[V-12] that %s cannot tell: 503 with Retry-After, and the cause stays here', async (_what, fail) => {
    const events = listenTo('countersign:refused')
    const refusal = await refusalOf(hooked(fail), bearer(signer.token()))
    expect(refusal).toMatchObject({ status: 503, headers: { 'Retry-After': '5' } })
    expect(refusal.headers).not.toHaveProperty('WWW-Authenticate')
    expect(JSON.stringify(refusal)).not.toContain('redis')
    expect(events.stop()).toMatchObject([{ code: 'revocation_unavailable', cause: new Error('redis down') }])
  })

  it('[D10][V-12] is asked last: never for a token that is refused anyway', async () => {
    let asked = 0
    const authenticator = hooked(() => ++asked > 0, { cookie: true, origin: 'https://app.test' })
    const forger = createSigner({ alg: 'ES256', kid: 'k1' })
    const bad: Record<string, string> = {
      'a.b.c': '401 token_malformed',
      [forger.token()]: '401 signature_invalid',
      [signer.token({}, { alg: 'none' })]: '401 algorithm_not_allowed',
      [signer.token({}, { kid: 'k2' })]: '401 key_unknown',
      [signer.token({ iss: 'https://evil.test' })]: '401 claim_mismatch',
      [signer.token({ aud: 'x' })]: '401 claim_mismatch',
      [signer.token({ exp: 1 })]: '401 token_expired',
      [signer.token({ nbf: 9e9 })]: '401 token_not_yet_valid',
      [signer.token({ sub: '' })]: '401 claims_invalid',
      [signer.token({ at_hash: 'x' })]: '401 token_type_wrong',
      [signer.token({ cnf: {} })]: '401 binding_missing',
    }
    for (const [token, said] of Object.entries(bad)) expect(await resultOf(authenticator, token)).toBe(said)
    const crossSite = request({ cookie: `__Host-access=${signer.token()}` }, { method: 'POST' })
    expect(verdict(await authenticator.authenticate(crossSite))).toBe('403 cross_site_rejected')
    expect(asked).toBe(0)
    expect(await resultOf(authenticator, signer.token())).toBe('401 token_revoked')
    expect(asked).toBe(1)
  })

  it('[D10] is asked after the claims schema', async () => {
    let asked = 0
    const claims = {
      '~standard': { version: 1, vendor: 'test', validate: () => ({ issues: [{ message: 'no' }] }) },
    }
    expect(
      await resultOf(
        hooked(() => ++asked === 0, { claims }),
        signer.token(),
      ),
    ).toBe('401 claims_invalid')
    expect(asked).toBe(0)
  })

  it('is asked at every request, also for a token that was good before', async () => {
    let revoked = false
    const authenticator = hooked(() => revoked)
    const token = signer.token()
    expect(await resultOf(authenticator, token)).toBe('authenticated')
    revoked = true
    expect(await resultOf(authenticator, token)).toBe('401 token_revoked')
  })
})
