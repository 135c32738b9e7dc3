import { createSigner } from '@countersign/forge'
import { describe, expect, it } from 'vitest'
import { settled } from '../support/fake-key-server.ts'
import { bearer, refusalOf } from '../support/authenticate.ts'
import { listenTo } from '../support/listen.ts'
import { remoteScene } from '../support/remote.ts'

describe('while the key server is down', () => {
  it('[D8] known keys serve up to an hour past their age, and not a second longer', async () => {
    const { resultOf, server, clock } = remoteScene()
    expect(await resultOf()).toBe('authenticated')
    server.down()
    clock.advance(600)
    expect(await resultOf()).toBe('authenticated')
    clock.advance(3_599)
    expect(await resultOf()).toBe('authenticated')
    clock.advance(1)
    expect(await resultOf()).toBe('503 keys_unavailable')
    clock.advance(864_000)
    expect(await resultOf()).toBe('503 keys_unavailable')
  })

  it('[D8] known keys serve as long as staleIfError says', async () => {
    for (const [staleIfError, seconds, said] of [
      [0, 600, '503 keys_unavailable'],
      [60, 659, 'authenticated'],
      [60, 660, '503 keys_unavailable'],
    ] as const) {
      const { resultOf, server, clock } = remoteScene({ keyServer: { staleIfError } })
      expect(await resultOf()).toBe('authenticated')
      server.down()
      clock.advance(seconds)
      expect(await resultOf()).toBe(said)
    }
    expect.assertions(6)
  })

  it('says that stale keys serve, and how old they are', async () => {
    const { resultOf, server, clock } = remoteScene()
    await resultOf()
    server.down()
    clock.advance(700)
    const stale = listenTo('countersign:keys:stale')
    const failed = listenTo('countersign:keys:failed')
    expect(await resultOf()).toBe('authenticated')
    expect(stale.stop()).toEqual([{ issuer: 'https://idp.test', age: 700 }])
    expect(failed.stop()).toMatchObject([{ issuer: 'https://idp.test', cause: { name: 'FetchError' } }])
  })

  it('[D8] no request waits for it once that is known', async () => {
    const { resultOf, server, clock } = remoteScene()
    await resultOf()
    server.down()
    clock.advance(700)
    expect(await resultOf()).toBe('authenticated')
    clock.advance(1)
    const release = server.hold()
    // answered while the next attempt hangs
    expect(await resultOf()).toBe('authenticated')
    expect(await resultOf()).toBe('authenticated')
    expect(server.requests).toHaveLength(3)
    release()
    await settled()
  })

  it('is asked again after 1, 2, 4, 8, 16 and from then on 30 seconds, by one request each', async () => {
    const { resultOf, server, clock } = remoteScene()
    server.down()
    const asked: number[] = []
    for (let second = 0; second <= 121; second++) {
      const before = server.requests.length
      expect(await resultOf()).toBe('503 keys_unavailable')
      expect(await resultOf()).toBe('503 keys_unavailable')
      if (server.requests.length > before) asked.push(second)
      clock.advance(1)
    }
    expect(asked).toEqual([0, 1, 3, 7, 15, 31, 61, 91, 121])
    expect(server.requests).toHaveLength(9)
  })

  it('[D8] a token is 503 with a sensible Retry-After, and never 401, where there are no keys at all', async () => {
    const { authenticator, signer, server, clock } = remoteScene()
    server.down()
    const delays: string[] = []
    for (let i = 0; i < 8; i++) {
      const { status, headers, body } = await refusalOf(authenticator, bearer(signer.token()))
      expect(status).toBe(503)
      expect(body.code).toBe('keys_unavailable')
      expect(headers).not.toHaveProperty('WWW-Authenticate')
      delays.push(headers['Retry-After']!)
      clock.advance(Number(headers['Retry-After']))
    }
    // what it says is when trying makes sense: each attempt was a new one
    expect(delays).toEqual(['1', '2', '4', '8', '16', '30', '30', '30'])
    expect(server.requests).toHaveLength(8)
  })

  it('[D8] Retry-After is rounded up to whole seconds, and for an unknown kid the rest of the cooldown', async () => {
    const { authenticator, resultOf, signer, server, clock } = remoteScene()
    await resultOf()
    server.down()
    clock.advance(30)
    const view = bearer(signer.token({}, { kid: 'k2' }))
    expect((await refusalOf(authenticator, view)).headers['Retry-After']).toBe('30')
    clock.advance(10.5)
    expect((await refusalOf(authenticator, view)).headers['Retry-After']).toBe('20')
    clock.advance(19)
    expect((await refusalOf(authenticator, view)).headers['Retry-After']).toBe('1')
    expect(server.requests).toHaveLength(2)
  })

  it('bad tokens that need no key to be seen through are still 401', async () => {
    const { authenticator, server, signer } = remoteScene()
    server.down()
    expect((await refusalOf(authenticator, bearer('a.b.c'))).status).toBe(401)
    expect((await refusalOf(authenticator, bearer(signer.token({ iss: 'https://evil.test' })))).status).toBe(
      401,
    )
    expect(server.requests).toEqual([])
  })
})

describe('when the key server is back', () => {
  it('[D8] tokens are checked again, and the wait after the next failure starts small', async () => {
    const { resultOf, server, clock, signer } = remoteScene()
    server.down()
    for (const seconds of [0, 1, 2, 4, 8]) {
      clock.advance(seconds)
      expect(await resultOf()).toBe('503 keys_unavailable')
    }
    server.publish(signer.jwk)
    clock.advance(15)
    expect(await resultOf()).toBe('503 keys_unavailable')
    clock.advance(1)
    expect(await resultOf()).toBe('authenticated')
    expect(server.requests).toHaveLength(6)

    server.down()
    clock.advance(600)
    expect(await resultOf()).toBe('authenticated')
    clock.advance(1)
    server.publish(signer.jwk)
    expect(await resultOf()).toBe('authenticated')
    await settled()
    expect(server.requests).toHaveLength(8)
  })

  it('and the clock was set back meanwhile, nobody waits for the clock to catch up', async () => {
    const { resultOf, server, clock, signer } = remoteScene()
    server.down()
    expect(await resultOf()).toBe('503 keys_unavailable')
    server.publish(signer.jwk)
    clock.advance(-3_600)
    expect(await resultOf()).toBe('authenticated')
  })

  it('and the clock was set back meanwhile, an unknown kid is looked for at once', async () => {
    const { resultOf, server, clock, signer, signerFor } = remoteScene()
    const successor = signerFor({ alg: 'ES256', kid: 'k2' })
    expect(await resultOf()).toBe('authenticated')
    server.down()
    clock.advance(60)
    expect(await resultOf(successor)).toBe('503 keys_unavailable')
    server.publish(signer.jwk, successor.jwk)
    clock.advance(-20)
    expect(await resultOf(successor)).toBe('authenticated')
  })

  it('[A11] a key that was removed meanwhile is refused', async () => {
    const { resultOf, server, clock, signerFor } = remoteScene()
    const successor = signerFor({ alg: 'ES256', kid: 'k2' })
    expect(await resultOf()).toBe('authenticated')
    server.down()
    clock.advance(700)
    expect(await resultOf()).toBe('authenticated')
    server.publish(successor.jwk)
    clock.advance(1)
    // behind this one runs the attempt that succeeds
    expect(await resultOf()).toBe('authenticated')
    await settled()
    expect(await resultOf()).toBe('401 key_unknown')
    expect(await resultOf(successor)).toBe('authenticated')
  })

  const unusable = { ...createSigner({ alg: 'ES256', kid: 'k1' }).jwk, use: 'enc' }

  it.each([
    ['an empty key set', { keys: [] }],
    ['a set of unusable keys', { keys: [unusable, { kty: 'oct', k: 'AAAA' }] }],
    ['a set of what is not a key', { keys: [null, 'x', {}] }],
    ['an empty object', {}],
    ['keys that are null', { keys: null }],
  ])('[V-29] %s is a fault of the server: known keys serve, then 503', async (_what, body) => {
    const { resultOf, server, clock, signerFor, signer } = remoteScene()
    const other = signerFor({ alg: 'ES256', kid: 'k2' })
    expect(await resultOf()).toBe('authenticated')
    server.answer(() => Response.json(body))
    clock.advance(480)
    const events = listenTo('countersign:keys:failed')
    expect(await resultOf()).toBe('authenticated') // starts the renewal in the background
    await settled()
    expect(events.stop()).toHaveLength(1)
    for (let i = 0; i < 3; i++) {
      expect(await resultOf()).toBe('authenticated')
      clock.advance(40)
    }
    expect(await resultOf(other)).toBe('503 keys_unavailable')
    clock.advance(3_000)
    expect(await resultOf()).toBe('authenticated')
    clock.advance(600)
    expect(await resultOf()).toBe('503 keys_unavailable')
    server.publish(signer.jwk)
    clock.advance(31)
    expect(await resultOf()).toBe('authenticated')
  })

  it('[V-29] an empty key set at first is 503, and a set with other keys removes the missing one', async () => {
    const { resultOf, server, clock, signerFor, signer } = remoteScene()
    const other = signerFor({ alg: 'ES256', kid: 'k2' })
    server.publish()
    expect(await resultOf()).toBe('503 keys_unavailable')
    server.publish(signer.jwk)
    clock.advance(1)
    expect(await resultOf()).toBe('authenticated')
    server.publish(other.jwk)
    clock.advance(600)
    expect(await resultOf()).toBe('401 key_unknown')
    expect(await resultOf(other)).toBe('authenticated')
  })
})
