import { createAuthenticator } from '@countersign/core'
import { base64url, createSigner, splitToken } from '@countersign/forge'
import { describe, expect, it } from 'vitest'
import { resultOf, request, verdict } from './support/authenticate.ts'

const signer = createSigner({ alg: 'RS256' })
const jwks = { keys: [signer.jwk] }
const authenticator = createAuthenticator({ issuer: signer.issuer, audience: signer.audience, jwks })
const good = signer.token()
const { header, payload, signature } = splitToken(good)
const forger = createSigner({ alg: 'HS256', secret: Buffer.from(signer.pem) })

describe('[E9] an authenticator with nothing but issuer, audience and keys', () => {
  it('lets a good token in', async () => {
    expect(await resultOf(authenticator, good)).toBe('authenticated')
  })

  it.each([
    ['of another issuer', signer.token({ iss: 'https://evil.test' }), '401 claim_mismatch'],
    ['of no issuer', signer.token({ iss: undefined }), '401 claim_missing'],
    ['for another API', signer.token({ aud: 'https://other.test' }), '401 claim_mismatch'],
    ['for nobody', signer.token({ aud: undefined }), '401 claim_missing'],
    ['of nobody', signer.token({ sub: undefined }), '401 claim_missing'],
    ['that expired', signer.token({ exp: 1 }), '401 token_expired'],
    ['that never expires', signer.token({ exp: undefined }), '401 claim_missing'],
    ['of tomorrow', signer.token({ nbf: Date.now() / 1_000 + 86_400 }), '401 token_not_yet_valid'],
    ['that was made tomorrow', signer.token({ iat: Date.now() / 1_000 + 86_400 }), '401 token_not_yet_valid'],
    ['that is an ID token', signer.token({ at_hash: 'x' }), '401 token_type_wrong'],
    ['that is a refresh token', signer.token({}, { typ: 'rt+jwt' }), '401 token_type_wrong'],
    ['that is bound to a key', signer.token({ cnf: { jkt: 'x' } }), '401 binding_missing'],
    ['with a critical extension', signer.token({}, { crit: ['exp'] }), '401 token_malformed'],
    ['that is not signed', `${base64url({ alg: 'none' })}.${payload}.AAAA`, '401 algorithm_not_allowed'],
    ['signed with the public key as a secret', forger.token(), '401 algorithm_not_allowed'],
    ['signed by somebody else', createSigner({ alg: 'RS256' }).token(), '401 signature_invalid'],
    [
      'with other claims',
      `${header}.${base64url({ ...signer.claims(), sub: 'admin' })}.${signature}`,
      '401 signature_invalid',
    ],
  ])('refuses a token %s', async (_what, token, said) => {
    expect(await resultOf(authenticator, token)).toBe(said)
  })

  it('takes tokens from the header only', async () => {
    const cookie = { cookie: `__Host-access=${good}; access_token=${good}; token=${good}` }
    const view = request(cookie, { url: `/?access_token=${good}&token=${good}` })
    expect(verdict(await authenticator.authenticate(view))).toBe('401 credential_missing')
  })
})

describe('[B7] a tampered token in a cookie', () => {
  const withCookie = createAuthenticator({
    issuer: signer.issuer,
    audience: signer.audience,
    jwks,
    cookie: true,
    origin: 'https://app.test',
  })

  it.each([
    [
      'with another signature',
      `${header}.${payload}.${signature.replace(/^./, (first) => (first === 'A' ? 'B' : 'A'))}`,
      '401 signature_invalid',
    ],
    [
      'with a shorter signature',
      `${header}.${payload}.${base64url(Buffer.from(signature, 'base64url').subarray(0, 200))}`,
      '401 signature_invalid',
    ],
    ['with a signature behind it, as signed cookies have', `${good}.AAAA`, '401 token_malformed'],
    ['with a prefix of signed cookies', `s:${good}`, '401 token_malformed'],
    ['percent-encoded', good.replaceAll('.', '%2E'), '401 token_malformed'],
    ['in quotes', `"${good}"`, '401 token_malformed'],
    ['cut off', good.slice(0, 20), '401 token_malformed'],
    ['[V-38] that is nothing', '', '401 credential_missing'],
  ])('is refused: %s', async (_what, value, said) => {
    expect(verdict(await withCookie.authenticate(request({ cookie: `__Host-access=${value}` })))).toBe(said)
  })
})
