import { createAuthenticator } from '@countersign/core'
import { createTestIssuer, fakeClock } from '@countersign/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { judgeOf, openIssuer } from './support.ts'

const json = async (url: string): Promise<unknown> => (await fetch(url)).json()

describe('an issuer that listens', () => {
  it('is found by either discovery', async () => {
    const idp = await openIssuer({ listen: true })
    expect(idp.issuer).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    const metadata = { issuer: idp.issuer, jwks_uri: idp.jwksUri, response_types_supported: [] }
    expect(await json(`${idp.issuer}/.well-known/openid-configuration`)).toEqual(metadata)
    expect(await json(`${idp.issuer}/.well-known/oauth-authorization-server`)).toEqual(metadata)
    expect((await fetch(`${idp.issuer}/token`)).status).toBe(404)
    expect(idp.requests).toBe(0)
    expect(await judgeOf(idp)(await idp.token())).toBe('user-1')
    expect(idp.requests).toBe(1)
  })

  it('is found where its address has a path', async () => {
    const { port } = new URL((await openIssuer({ listen: true })).issuer)
    const free = await createTestIssuer({ listen: true })
    await free.close()
    const own = Number(new URL(free.issuer).port)
    expect(own).not.toBe(Number(port))
    const idp = await openIssuer({ issuer: `http://127.0.0.1:${own}/tenants/acme/`, listen: { port: own } })
    const { issuer, audience } = idp
    const authenticator = createAuthenticator({ issuer, audience })
    expect((await authenticator.authenticateToken(await idp.token())).type).toBe('authenticated')
    expect(idp.requests).toBe(1)
  })

  it('serves its key set for an issuer of another name', async () => {
    const idp = await openIssuer({ issuer: 'https://login.example.com/acme', listen: true })
    expect(idp.options.jwksUri).toBe(idp.jwksUri)
    expect(await judgeOf(idp)(await idp.token())).toBe('user-1')
    expect(idp.requests).toBe(1)
  })

  it('publishes nothing private', async () => {
    const idp = await openIssuer({ listen: true, algorithm: 'RS256' })
    const { keys } = (await json(idp.jwksUri!)) as { keys: Record<string, unknown>[] }
    expect(keys.map((key) => Object.keys(key).toSorted())).toEqual([['alg', 'e', 'kid', 'kty', 'n', 'use']])
  })

  it('is fetched from once, while its keys are fresh', async () => {
    const clock = fakeClock()
    const idp = await openIssuer({ listen: true, clock })
    const judge = judgeOf(idp)
    for (const subject of ['a', 'b', 'c']) expect(await judge(await idp.token({ subject }))).toBe(subject)
    expect(idp.requests).toBe(1)
    clock.advance(601)
    expect(await judge(await idp.token())).toBe('user-1')
    expect(idp.requests).toBe(2)
  })

  it('rotates: both keys verify, until the old one is taken out and the key set is fetched again', async () => {
    const clock = fakeClock()
    const idp = await openIssuer({ listen: true, clock })
    const judge = judgeOf(idp)
    const old = await idp.token({ subject: 'old', expiresIn: 86_400 })
    expect(await judge(old)).toBe('old')
    await idp.rotateKeys()
    const fresh = await idp.token({ subject: 'new', expiresIn: 86_400 })
    expect(await judge(fresh)).toBe('key_unknown') // the cooldown of core
    clock.advance(30)
    expect([await judge(fresh), await judge(old)]).toEqual(['new', 'old'])
    await idp.removeOldKeys()
    expect(await judge(old)).toBe('old')
    clock.advance(600)
    expect([await judge(old), await judge(fresh)]).toEqual(['key_unknown', 'new'])
  })

  it.each(['refuse', 'error'] as const)(
    'goes offline (%s): old keys serve, then nothing, then new ones',
    async (kind) => {
      const clock = fakeClock()
      const idp = await openIssuer({ listen: true, clock })
      const judge = judgeOf(idp)
      const token = await idp.token({ expiresIn: 86_400 })
      expect(await judge(token)).toBe('user-1')
      await idp.goOffline(kind)
      expect(await judgeOf(idp)(token)).toBe('keys_unavailable')
      clock.advance(900)
      expect(await judge(token)).toBe('user-1')
      clock.advance(3_400)
      expect(await judge(token)).toBe('keys_unavailable')
      await idp.goOnline()
      clock.advance(30)
      expect(await judge(token)).toBe('user-1')
    },
  )

  it('hangs: who asks gives up, or waits until it is online', async () => {
    const idp = await openIssuer({ listen: true })
    const token = await idp.token()
    await idp.goOffline('hang')
    expect(await judgeOf(idp, { keyServer: { timeout: 0.05 } })(token)).toBe('keys_unavailable')
    const { jwksUri } = idp
    const waiting = judgeOf(idp, { jwksUri: jwksUri! })(token)
    await expect.poll(() => idp.requests, { timeout: 10_000 }).toBe(1)
    await idp.goOnline()
    expect(await waiting).toBe('user-1')
  })

  it('goes from one outage to another, and is asked as often as it is reached', async () => {
    const idp = await openIssuer({ listen: true })
    const statusOf = () =>
      fetch(idp.jwksUri!).then(
        ({ status }) => status,
        () => 'refused',
      )
    expect(await statusOf()).toBe(200)
    await idp.goOffline()
    expect(await statusOf()).toBe('refused')
    await idp.goOffline('error')
    expect(await statusOf()).toBe(503)
    await idp.goOffline('refuse')
    await idp.goOffline('refuse')
    expect(await statusOf()).toBe('refused')
    await idp.goOnline()
    await idp.goOnline()
    expect(await statusOf()).toBe(200)
    expect(idp.requests).toBe(3)
  })

  it('can be closed at any time, and again', async () => {
    const idp = await openIssuer({ listen: true })
    await idp.goOffline('hang')
    const waiting = fetch(idp.jwksUri!).then(
      () => 'answered',
      () => 'cut off',
    )
    await expect.poll(() => idp.requests, { timeout: 10_000 }).toBe(1)
    await idp.close()
    expect(await waiting).toBe('cut off')
    await idp.close()
    await expect(fetch(idp.jwksUri!)).rejects.toThrow('fetch failed')
  })

  it('is closed where `await using` ends', async () => {
    let jwksUri: string
    {
      await using idp = await createTestIssuer({ listen: true })
      jwksUri = idp.jwksUri!
      expect((await fetch(jwksUri)).status).toBe(200)
    }
    await expect(fetch(jwksUri)).rejects.toThrow('fetch failed')
  })
})

describe('an issuer in memory', () => {
  it('opens no socket', async () => {
    const idp = await openIssuer()
    const asked: unknown[] = []
    const realFetch = globalThis.fetch
    globalThis.fetch = async (...given) => {
      asked.push(given)
      return realFetch(...given)
    }
    onTestFinished(() => void (globalThis.fetch = realFetch))
    expect(await judgeOf(idp)(await idp.token())).toBe('user-1')
    expect(asked).toEqual([])
    expect(idp.requests).toBe(1)
  })

  it('rotates, and takes keys out, at once', async () => {
    const idp = await openIssuer()
    const judge = judgeOf(idp)
    const old = await idp.token({ subject: 'old' })
    expect(await judge(old)).toBe('old')
    await idp.rotateKeys()
    await idp.rotateKeys()
    const fresh = await idp.token({ subject: 'new' })
    expect([await judge(fresh), await judge(old)]).toEqual(['new', 'old'])
    expect(await judge(await idp.wrongKey())).toBe('signature_invalid')
    expect(await judge(await idp.expired())).toBe('token_expired')
    await idp.removeOldKeys()
    expect([await judge(fresh), await judge(old)]).toEqual(['new', 'key_unknown'])
  })

  it('goes offline, and back', async () => {
    const idp = await openIssuer()
    const judge = judgeOf(idp)
    for (const kind of ['refuse', 'error'] as const) {
      await idp.goOffline(kind)
      expect(await judge(await idp.token())).toBe('keys_unavailable')
    }
    const token = await idp.token()
    await idp.goOffline('hang')
    const refused = judge(token)
    await idp.goOffline('error')
    expect(await refused).toBe('keys_unavailable')
    await idp.goOffline('hang')
    const waiting = judge(token)
    await idp.goOnline()
    expect(await waiting).toBe('user-1')
  })
})

describe('an issuer with a shared secret', () => {
  it('has no keys to rotate, and no key server to lose', async () => {
    const idp = await openIssuer({ algorithm: 'HS256' })
    await expect(idp.rotateKeys()).rejects.toThrow('option "algorithm" is HS256')
    await expect(idp.removeOldKeys()).rejects.toThrow('option "algorithm" is HS256')
    await expect(idp.goOffline()).rejects.toThrow('option "algorithm" is HS256')
    await idp.goOnline()
    expect([idp.jwksUri, idp.requests]).toEqual([undefined, 0])
  })
})
