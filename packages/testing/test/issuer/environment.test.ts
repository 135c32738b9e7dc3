import { createAuthenticator, optionsFromEnv } from '@countersign/core'
import type { TestIssuer, TestIssuerOptions } from '@countersign/testing'
import { describe, expect, it } from 'vitest'
import { openIssuer } from './support.ts'

/** What an application says to a token, when it has its options from these variables: the code of a refusal, or the subject. */
async function judged(idp: TestIssuer, token: string): Promise<string> {
  const { authenticateToken } = createAuthenticator(optionsFromEnv(await idp.env()))
  const outcome = await authenticateToken(token)
  if (outcome.type === 'authenticated') return outcome.principal.subject
  return outcome.type === 'refused' ? outcome.refusal.body.code : outcome.type
}

describe('the environment of an application', () => {
  it.each<[names: string, options: TestIssuerOptions]>([
    ['JWT_PUBLIC_KEY', {}],
    ['JWT_PUBLIC_KEY', { algorithm: 'RS256' }],
    ['JWT_SECRET', { algorithm: 'HS256' }],
    ['JWT_JWKS_URI', { listen: true, issuer: 'https://login.example.com/acme' }],
    ['', { listen: true }],
  ])('has issuer, audience, and %s, for %o', async (name, options) => {
    const idp = await openIssuer({ audience: ['https://api.test', 'https://other.test'], ...options })
    const { JWT_ISSUER, JWT_AUDIENCE, ...rest } = await idp.env()
    expect([JWT_ISSUER, JWT_AUDIENCE]).toEqual([idp.issuer, 'https://api.test,https://other.test'])
    expect(Object.keys(rest).join()).toBe(name)
    expect(await judged(idp, await idp.token({ subject: 'alice' }))).toBe('alice')
    expect(await judged(idp, await idp.wrongKey())).toBe('signature_invalid')
    expect(await judged(idp, await idp.wrongAudience())).toBe('claim_mismatch')
  })

  it('names the key that signs now', async () => {
    const idp = await openIssuer()
    const old = await idp.token()
    await idp.rotateKeys()
    expect(await judged(idp, await idp.token())).toBe('user-1')
    expect(await judged(idp, old)).toBe('signature_invalid')
  })
})
