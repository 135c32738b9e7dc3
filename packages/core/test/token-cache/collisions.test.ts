import { createAuthenticator } from '@countersign/core'
import { createSigner } from '@countersign/forge'
import { describe, expect, it } from 'vitest'
import { acceptTwice, base, resultOf, principalFor } from '../support/authenticate.ts'

const now = () => Date.UTC(2026, 0, 1)
// found by trying: with this secret and these claims, the signatures of two users' tokens end alike
const signer = createSigner({
  alg: 'HS256',
  kid: 'h',
  secret: Buffer.from('0123456789abcdef'.repeat(4)),
  now,
})
const pairs = [
  [64_081, 94_032],
  [109_072, 136_456],
  [175_373, 266_141],
] as const

function tokenOf(user: number): string {
  const { iss, aud, iat, exp } = signer.claims()
  return signer.raw(
    JSON.stringify({ alg: 'HS256', kid: 'h' }),
    JSON.stringify({ iss, aud, sub: `user-${user}`, iat, exp }),
  )
}

describe('[B4] two good tokens whose signatures end with the same six characters', () => {
  it.each(pairs)('are users %i and %i, whoever comes first and however often', async (a, b) => {
    const [one, other] = [tokenOf(a), tokenOf(b)]
    expect(one.slice(-6)).toBe(other.slice(-6))
    expect(one).not.toBe(other)
    const authenticator = createAuthenticator({ ...base, secret: signer.secret!, now })
    for (const user of [a, b, a, a, b, b, a]) {
      const principal = await principalFor(authenticator, user === a ? one : other)
      expect(principal.subject).toBe(`user-${user}`)
      expect(principal.claims.sub).toBe(`user-${user}`)
    }
  })

  it('are not mixed up where both come at once, and keys come later', async () => {
    const [a, b] = pairs[0]
    const key = () => Promise.resolve({ key: signer.secret!, maxAge: 60 })
    const authenticator = createAuthenticator({ ...base, key, algorithms: ['HS256'], now })
    const users = Array.from({ length: 40 }, (_, i) => (i % 3 === 0 ? a : b))
    const principals = await Promise.all(users.map((user) => principalFor(authenticator, tokenOf(user))))
    expect(principals.map(({ subject }) => subject)).toEqual(users.map((user) => `user-${user}`))
  })

  it('do not let in a third one that nobody signed', async () => {
    const [a, b] = pairs[0]
    const authenticator = createAuthenticator({ ...base, secret: signer.secret!, now })
    await acceptTwice(authenticator, tokenOf(a))
    const [header, payload] = tokenOf(b).split('.')
    const signature = tokenOf(a).split('.')[2]
    expect(await resultOf(authenticator, `${header}.${payload}.${signature}`)).toBe('401 signature_invalid')
    expect(await resultOf(authenticator, tokenOf(b))).toBe('authenticated')
  })
})
