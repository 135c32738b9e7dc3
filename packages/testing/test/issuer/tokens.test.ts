import { createAuthenticator } from '@countersign/core'
import { fakeClock, type BadTokens, type TestIssuerOptions } from '@countersign/testing'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { judgeOf, openIssuer, partOf } from './support.ts'

/** What core says to each bad token: with a key pair, and with a shared secret where that differs. */
const refusals: Record<Exclude<keyof BadTokens, 'raw'>, string | [string, string]> = {
  expired: 'token_expired',
  notYetValid: 'token_not_yet_valid',
  withoutExpiry: 'claim_missing',
  wrongAudience: 'claim_mismatch',
  wrongIssuer: 'claim_mismatch',
  idToken: 'token_type_wrong',
  unsigned: 'token_malformed',
  tampered: 'signature_invalid',
  wrongKey: 'signature_invalid',
  unknownKey: ['key_unknown', 'signature_invalid'],
  embeddedKey: ['key_unknown', 'signature_invalid'],
  hmacWithPublicKey: [
    'algorithm_not_allowed',
    'countersign: option "algorithm" is HS256, which has no public key: use another algorithm in this test',
  ],
}

const kinds = [
  { algorithm: 'ES256' },
  { algorithm: 'ES256', listen: true },
  { algorithm: 'EdDSA' },
  { algorithm: 'RS256', listen: true },
  { algorithm: 'PS256' },
  { algorithm: 'HS256' },
] satisfies TestIssuerOptions[]

describe.each(kinds)('tokens of $algorithm, listen: $listen', (options) => {
  const isSecret = options.algorithm === 'HS256'

  it('are taken, each refused only for what its name says', async () => {
    const idp = await openIssuer({ ...options, clock: fakeClock() })
    const judge = judgeOf(idp)
    expect(await judge(await idp.token())).toBe('user-1')
    for (const [name, code] of Object.entries(refusals)) {
      const expected = typeof code === 'string' ? code : code[isSecret ? 1 : 0]
      const token = idp[name as keyof typeof refusals]({ subject: 'alice', scope: 'orders:read' })
      expect(await token.then(judge, (error: Error) => error.message), name).toBe(expected)
    }
    expect(await judge(await idp.token({ subject: 'bob' }))).toBe('bob')
  })

  it('say which algorithm signed them, and which key, where it has a name', async () => {
    const idp = await openIssuer(options)
    const { alg, kid, typ } = partOf(await idp.token(), 0)
    expect([alg, typ]).toEqual([options.algorithm, 'at+jwt'])
    expect(typeof kid).toBe(isSecret ? 'undefined' : 'string')
  })
})

describe('a good token', () => {
  it('says what it is asked to', async () => {
    const clock = fakeClock()
    const idp = await openIssuer({ clock, claims: { org: 'acme', plan: 'free' } })
    const authenticator = createAuthenticator({ ...idp.options, profile: 'rfc9068' })
    const token = await idp.token({
      subject: 'alice',
      scope: ['orders:read', 'orders:write'],
      roles: ['admin'],
      claims: { plan: 'paid', seats: 3 },
      expiresIn: 90,
      acr: 'gold',
    })
    expect(await authenticator.authenticateToken(token)).toMatchObject({
      type: 'authenticated',
      principal: {
        subject: 'alice',
        issuer: 'https://idp.test',
        scopes: ['orders:read', 'orders:write'],
        roles: ['admin'],
        expiresAt: clock.now() + 90_000,
        claims: {
          aud: 'https://api.test',
          client_id: 'test-client',
          org: 'acme',
          plan: 'paid',
          seats: 3,
          acr: 'gold',
        },
      },
    })
  })

  it('lives for ten minutes, to the second, or as long as it is told to', async () => {
    const idp = await openIssuer({ clock: fakeClock() })
    const lifeOf = (token: string): number =>
      Number(partOf(token, 1)['exp']) - Number(partOf(token, 1)['iat'])
    expect(lifeOf(await idp.token())).toBe(600)
    expect(lifeOf(await idp.token({ expiresIn: 31_536_000 }))).toBe(31_536_000)
  })

  it('expires on the clock that was given', async () => {
    const clock = fakeClock()
    const idp = await openIssuer({ clock })
    const judge = judgeOf(idp)
    const token = await idp.token({ expiresIn: 60 })
    clock.advance(60)
    expect(await judge(token)).toBe('user-1') // the clock tolerance of core
    clock.advance(15)
    expect(await judge(token)).toBe('token_expired')
    expect(await judge(await idp.token())).toBe('user-1')
  })

  it('expires on a clock that a test runner fakes later', async () => {
    const idp = await openIssuer()
    const judge = judgeOf(idp)
    const token = await idp.token({ expiresIn: 60 })
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 })
    onTestFinished(() => void vi.useRealTimers())
    expect(await judge(token)).toBe('token_expired')
    expect(await judge(await idp.token())).toBe('user-1')
  })

  it('is of use after a clock was set back', async () => {
    const clock = fakeClock()
    const idp = await openIssuer({ clock })
    const judge = judgeOf(idp)
    clock.advance(-86_400)
    expect(await judge(await idp.token())).toBe('user-1')
  })

  it('comes in a header or a cookie', async () => {
    const idp = await openIssuer()
    const cookie = { cookie: true, origin: 'https://app.test' } as const
    const { authenticate } = createAuthenticator({ ...idp.options, ...cookie })
    const typeOf = async (name: string, value: string) => {
      const header = (asked: string) => (asked === name ? [value] : [])
      return (await authenticate({ method: 'GET', url: () => '/', header })).type
    }
    expect(await typeOf('authorization', await idp.bearer({ subject: 'alice' }))).toBe('authenticated')
    expect(await typeOf('cookie', await idp.cookie({ subject: 'alice' }))).toBe('authenticated')
    expect(await idp.bearer()).toMatch(/^Bearer ey/)
    expect(await idp.cookie({}, 'session')).toMatch(/^session=ey/)
  })

  it('is refused as input, where the issuer would refuse it', async () => {
    const idp = await openIssuer()
    await expect(idp.token({ claims: { exp: 1 } })).rejects.toThrow('"claims" must not have "exp"')
    await expect(idp.token({ scope: 'a "b"' })).rejects.toThrow('"scope" must be names')
    await expect(idp.expired({ scopes: 'a' } as never)).rejects.toThrow('token(): "scopes" does not exist')
    await expect(idp.raw({ head: {} } as never)).rejects.toThrow('raw(): "head" does not exist')
  })
})

describe('an ID token', () => {
  it('is taken where ID tokens are', async () => {
    const idp = await openIssuer()
    const judge = judgeOf(idp, { accept: 'id_token' })
    expect(await judge(await idp.idToken({ subject: 'alice' }))).toBe('alice')
  })
})

describe('a raw token', () => {
  it('is a good one, but for what is given', async () => {
    const idp = await openIssuer()
    const judge = judgeOf(idp)
    expect(await judge(await idp.raw({}))).toBe('user-1')
    const likeAnotherIssuers = { header: { typ: 'JWT' }, payload: { sub: 'alice', scp: ['a'], azp: 'web' } }
    expect(await judge(await idp.raw(likeAnotherIssuers))).toBe('alice')
    expect(await judge(await idp.raw({ payload: { sub: undefined } }))).toBe('claim_missing')
    expect(await judge(await idp.raw({ header: { kid: 'k2' } }))).toBe('key_unknown')
    expect(await judge(await idp.raw({ header: { alg: 'none' } }))).toBe('algorithm_not_allowed')
  })

  it('is whatever text is given', async () => {
    const idp = await openIssuer()
    const token = await idp.raw({ payload: '{"sub":"a","sub":"b"}' })
    expect(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).toBe('{"sub":"a","sub":"b"}')
    const judge = judgeOf(idp)
    expect(await judge(token)).toBe('token_malformed')
    expect(await judge(await idp.raw({ header: 'no JSON' }))).toBe('token_malformed')
  })
})
