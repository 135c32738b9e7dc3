import { createAuthenticator, type AuthenticatorOptions } from '@countersign/core'
import { createSigner } from '@countersign/forge'
import { describe, expect, it } from 'vitest'
import { base, resultOf, claimResultOf, principalFor } from '../support/authenticate.ts'

const signer = createSigner({ alg: 'HS256', kid: null })

function judging(options: Partial<AuthenticatorOptions> = {}) {
  return createAuthenticator({ ...base, secret: signer.secret!, ...options })
}

const authenticator = judging()

/** Values that are no text. */
const notTexts: readonly [unknown][] = [[null], [0], [1], [true], [false], [[]], [{}], [['https://idp.test']]]

describe('iss', () => {
  it.each(notTexts)('[C4][V-5] that is %j is refused', async (iss) => {
    expect(await claimResultOf(authenticator, signer.token({ iss }))).toBe('401 claims_invalid iss')
  })

  it.each([
    '',
    ' https://idp.test',
    'https://idp.test/',
    'https://idp.tes',
    'https://idp.test.evil.test',
    'HTTPS://IDP.TEST',
    'https://idp.test\0',
    '__proto__',
    'constructor',
  ])('[C5][V-5] that is %j instead of the exact one is refused', async (iss) => {
    expect(await claimResultOf(authenticator, signer.token({ iss }))).toBe('401 claim_mismatch iss')
  })

  it('[C3] that is missing is refused', async () => {
    expect(await claimResultOf(authenticator, signer.token({ iss: undefined }))).toBe('401 claim_missing iss')
  })

  it('[C6] of the policy is compared as text, never as a pattern', async () => {
    const pattern = judging({ issuer: 'https://.*' })
    expect(await resultOf(pattern, signer.token({ iss: 'https://.*' }))).toBe('authenticated')
    expect(await resultOf(pattern, signer.token())).toBe('401 claim_mismatch')
  })
})

describe('sub', () => {
  it.each([...notTexts, ['']])('[C4][E4] that is %j is refused', async (sub) => {
    expect(await claimResultOf(authenticator, signer.token({ sub }))).toBe('401 claims_invalid sub')
  })

  it('[E4] that is missing is refused', async () => {
    expect(await claimResultOf(authenticator, signer.token({ sub: undefined }))).toBe('401 claim_missing sub')
  })

  it('[V-9] identifies a user together with the issuer only', async () => {
    const issuer = 'https://other.test'
    const one = await principalFor(authenticator, signer.token())
    const other = await principalFor(judging({ issuer }), signer.token({ iss: issuer }))
    expect([one.issuer, one.subject]).toEqual(['https://idp.test', 'user-1'])
    expect([other.issuer, other.subject]).toEqual(['https://other.test', 'user-1'])
  })
})

describe.each(['jti', 'sid'])('%s', (claim) => {
  it.each(notTexts)('[C4] that is %j is refused', async (value) => {
    expect(await claimResultOf(authenticator, signer.token({ [claim]: value }))).toBe(
      `401 claims_invalid ${claim}`,
    )
  })

  it('may be missing, and is on the principal otherwise', async () => {
    const property = claim === 'jti' ? 'tokenId' : 'sessionId'
    expect(await principalFor(authenticator, signer.token())).toMatchObject({ [property]: undefined })
    expect(await principalFor(authenticator, signer.token({ [claim]: 'x' }))).toMatchObject({
      [property]: 'x',
    })
  })
})

describe('aud', () => {
  it.each([
    [base.audience],
    [[base.audience]],
    [['https://other.test', base.audience]],
    [[base.audience, base.audience]],
  ])('[V-6] that is %j is for us', async (aud) => {
    expect(await resultOf(authenticator, signer.token({ aud }))).toBe('authenticated')
  })

  it.each([
    ['https://other.test'],
    [''],
    ['https://api.tes'],
    ['https://api.test/'],
    ['https://api.test,https://other.test'],
    [' https://api.test'],
    ['HTTPS://API.TEST'],
    [[]],
    [['']],
    [['https://other.test', 'https://api.test/v2']],
  ])('[C5][V-6] that is %j is not for us', async (aud) => {
    expect(await claimResultOf(authenticator, signer.token({ aud }))).toBe('401 claim_mismatch aud')
  })

  it.each([
    [null],
    [1],
    [true],
    [{}],
    [{ 0: base.audience }],
    [[base.audience, 1]],
    [[[base.audience]]],
    [[null]],
  ])('[C5] that is %j is no audience', async (aud) => {
    expect(await claimResultOf(authenticator, signer.token({ aud }))).toBe('401 claims_invalid aud')
  })

  it('[C3][C5] that is missing is refused', async () => {
    expect(await claimResultOf(authenticator, signer.token({ aud: undefined }))).toBe('401 claim_missing aud')
  })

  it('[V-6] must be one of several, where the policy has several', async () => {
    const several = judging({ audience: ['https://a.test', 'https://b.test'] })
    expect(await resultOf(several, signer.token({ aud: 'https://b.test' }))).toBe('authenticated')
    expect(await resultOf(several, signer.token({ aud: ['x', 'https://a.test'] }))).toBe('authenticated')
    expect(await resultOf(several, signer.token())).toBe('401 claim_mismatch')
  })

  it('is not checked where the policy spells that out, but must be well-formed', async () => {
    const any = judging({ audience: null })
    for (const aud of [undefined, 'x', ['x', 'y'], []]) {
      expect(await resultOf(any, signer.token({ aud }))).toBe('authenticated')
    }
    expect(await resultOf(any, signer.token({ aud: 7 }))).toBe('401 claims_invalid')
    expect.assertions(5)
  })

  it('[C6] of the policy is compared as text, never as a pattern', async () => {
    const pattern = judging({ audience: '.*' })
    expect(await resultOf(pattern, signer.token())).toBe('401 claim_mismatch')
    expect(() => judging({ audience: /.*/ as unknown as string })).toThrow(
      /"audience" must be a string or a list/,
    )
  })
})

describe('clientId', () => {
  const client = judging({ audience: null, clientId: ['app-1', 'app-2'] })

  it.each([
    [{ client_id: 'app-1' }],
    [{ azp: 'app-2' }],
    [{ client_id: 'app-1', azp: 'app-2' }],
    [{ client_id: 'app-1', token_use: 'access' }],
  ])('lets a token with %j in', async (claims) => {
    expect(await resultOf(client, signer.token(claims))).toBe('authenticated')
  })

  it.each([
    [{}, 'claim_missing client_id'],
    [{ client_id: 'app-3' }, 'claim_mismatch client_id'],
    [{ client_id: '' }, 'claim_mismatch client_id'],
    [{ azp: 'app' }, 'claim_mismatch azp'],
    [{ client_id: 'app-1', azp: 'app-3' }, 'claim_mismatch azp'],
    [{ client_id: 'app-3', azp: 'app-1' }, 'claim_mismatch client_id'],
    [{ client_id: ['app-1'] }, 'claims_invalid client_id'],
    [{ client_id: null, azp: 'app-1' }, 'claims_invalid client_id'],
    [{ azp: 1 }, 'claims_invalid azp'],
  ])('[C3][C5] refuses a token with %j', async (claims, said) => {
    expect(await claimResultOf(client, signer.token(claims))).toBe(`401 ${said}`)
  })

  it('is asked for besides the audience, where both are given', async () => {
    const both = judging({ clientId: 'app-1' })
    expect(await resultOf(both, signer.token({ client_id: 'app-1' }))).toBe('authenticated')
    expect(await resultOf(both, signer.token({ client_id: 'app-1', aud: 'x' }))).toBe('401 claim_mismatch')
    expect(await resultOf(both, signer.token())).toBe('401 claim_missing')
  })
})

describe('cnf', () => {
  it.each([[{ jkt: 'abc' }], [{ 'x5t#S256': 'abc' }], [{ jwk: {} }], [{}], [null], [false], [''], [[]]])(
    '[C10] that is %j binds the token to a key that nobody checks: refused',
    async (cnf) => {
      expect(await resultOf(authenticator, signer.token({ cnf }))).toBe('401 binding_missing')
    },
  )

  it('[C10] is refused before any revocation hook is asked', async () => {
    let asked = 0
    const hooked = judging({ isRevoked: () => ++asked > 0 })
    expect(await resultOf(hooked, signer.token({ cnf: { jkt: 'abc' } }))).toBe('401 binding_missing')
    expect(asked).toBe(0)
  })
})

describe('the signature', () => {
  it.each([[{ exp: 1 }], [{ sub: '' }], [{ aud: 'x' }], [{ nbf: 9e9 }], [{ cnf: {} }], [{ at_hash: 'x' }]])(
    '[V-2] is checked before the claims: a forged token with %j is signature_invalid',
    async (claims) => {
      const forger = createSigner({ alg: 'HS256', kid: null })
      expect(await resultOf(authenticator, forger.token(claims))).toBe('401 signature_invalid')
      expect(await resultOf(authenticator, signer.token(claims))).not.toMatch(
        /signature_invalid|authenticated/,
      )
    },
  )
})
