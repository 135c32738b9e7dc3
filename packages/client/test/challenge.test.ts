import { describe, expect, it } from 'vitest'
import { createBrowser } from './fake-browser.ts'
import { ORIGIN } from './fake-server.ts'

/** How often a handler runs that answers so. */
async function runsOf(status: number, challenge?: string): Promise<number> {
  const browser = createBrowser()
  const [tab] = await browser.signedIn()
  const headers = challenge === undefined ? undefined : { 'WWW-Authenticate': challenge }
  browser.server.faults.set('POST /api/pin', () => new Response('', { status, ...(headers && { headers }) }))
  expect((await tab.fetch(`${ORIGIN}/api/pin`, { method: 'POST', body: '{}' })).status).toBe(status)
  return browser.server.count('POST /api/pin')
}

describe('a 401 of the token check leads to a renewal and a second try', () => {
  it.each([
    'Bearer',
    'bearer',
    'Bearer realm="orders"',
    'Bearer error="invalid_token"',
    'Bearer realm="a, b", error="invalid_token", error_description="The token has expired, or error=insufficient_scope"',
    'Bearer error=invalid_token',
    'Bearer error = "invalid_token"',
    'DPoP algs="ES256"',
    'DPoP error="invalid_token", algs="ES256 EdDSA"',
    'Bearer realm="x", DPoP algs="ES256"',
    'Basic realm="x", Bearer realm="y"',
    'Basic realm="x",Bearer',
  ])('%s', async (challenge) => expect(await runsOf(401, challenge)).toBe(2))
})

describe('any other answer is the application’s own, and its handler runs once', () => {
  it.each<[number, string?]>([
    [401],
    [401, ''],
    [401, 'Basic realm="upstream"'],
    [401, 'Basic realm="Bearer"'],
    [401, 'Basic realm="x, Bearer"'],
    [401, 'Basic realm="a \\", Bearer \\""'],
    [401, 'Digest realm="x", nonce="Bearer", qop="auth"'],
    [401, 'BearerToken'],
    [401, 'X-Bearer realm="x"'],
    [401, 'Bearer error="insufficient_user_authentication", max_age="60"'],
    [401, 'Bearer error="invalid_request"'],
    [401, 'Bearer realm="x", error="wrong_pin"'],
    [401, 'Bearer error="invalid_token_or_so"'],
    [401, 'Bearer error=invalid_token_or_so'],
    [401, 'DPoP error="use_dpop_nonce"'],
    [403, 'Bearer error="insufficient_scope"'],
    [403, 'Bearer error="invalid_token"'],
    [400, 'Bearer error="invalid_token"'],
  ])('%i %s', async (status, challenge) => expect(await runsOf(status, challenge)).toBe(1))
})
