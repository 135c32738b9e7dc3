import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { settled } from '../support/fake-key-server.ts'
import { listenTo } from '../support/listen.ts'
import { remoteScene } from '../support/remote.ts'

describe('remote keys', () => {
  it('[V-14] are fetched once and cached for ten minutes', async () => {
    const { resultOf, server, clock } = remoteScene()
    for (let second = 0; second < 480; second += 10) {
      expect(await resultOf()).toBe('authenticated')
      clock.advance(10)
    }
    expect(server.requests).toEqual(['https://idp.test/jwks'])
  })

  it('[V-14] are fetched by one request, however many tokens wait for them', async () => {
    const { resultOf, server } = remoteScene()
    const release = server.hold()
    const waiting = Array.from({ length: 100 }, () => resultOf())
    await settled()
    expect(server.requests).toHaveLength(1)
    release()
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(['authenticated']))
    expect(server.requests).toHaveLength(1)
  })

  it('are refreshed in the background from four fifths of their age on, and nobody waits', async () => {
    const { resultOf, server, clock } = remoteScene()
    await resultOf()
    clock.advance(479)
    expect(await resultOf()).toBe('authenticated')
    expect(server.requests).toHaveLength(1)
    clock.advance(1)
    const release = server.hold()
    // answered while the server is silent
    expect(await resultOf()).toBe('authenticated')
    expect(await resultOf()).toBe('authenticated')
    expect(server.requests).toHaveLength(2)
    release()
    await settled()
    clock.advance(479)
    expect(await resultOf()).toBe('authenticated')
    expect(server.requests).toHaveLength(2)
  })

  it('past their age are waited for', async () => {
    const { resultOf, server, clock } = remoteScene()
    await resultOf()
    clock.advance(600)
    const release = server.hold()
    let answered = false
    const waiting = resultOf().finally(() => {
      answered = true
    })
    await settled()
    expect(answered).toBe(false)
    release()
    expect(await waiting).toBe('authenticated')
    expect(server.requests).toHaveLength(2)
  })

  it('[A11] that were removed are refused after the next refresh, in the background or not', async () => {
    for (const seconds of [480, 600, 10_000]) {
      const { resultOf, server, clock, signer, signerFor } = remoteScene()
      const successor = signerFor({ alg: 'ES256', kid: 'k2' })
      expect(await resultOf()).toBe('authenticated')
      server.publish(successor.jwk)
      clock.advance(seconds)
      await resultOf()
      await settled()
      expect(await resultOf(signer)).toBe('401 key_unknown')
      expect(await resultOf(successor)).toBe('authenticated')
    }
    expect.assertions(9)
  })

  it('[A11] that were removed are refused as soon as an unknown kid has caused a refresh', async () => {
    const { resultOf, server, clock, signer, signerFor } = remoteScene()
    const successor = signerFor({ alg: 'ES256', kid: 'k2' })
    expect(await resultOf()).toBe('authenticated')
    server.publish(successor.jwk)
    clock.advance(30)
    expect(await resultOf(signer)).toBe('authenticated')
    expect(await resultOf(successor)).toBe('authenticated')
    expect(await resultOf(signer)).toBe('401 key_unknown')
  })

  it('[A11] replaced under the same kid are refused after the next refresh', async () => {
    const { resultOf, server, clock, signer, signerFor } = remoteScene()
    const successor = signerFor({ alg: 'ES256', kid: 'k1' })
    expect(await resultOf()).toBe('authenticated')
    server.publish(successor.jwk)
    clock.advance(600)
    expect(await resultOf(successor)).toBe('authenticated')
    expect(await resultOf(signer)).toBe('401 signature_invalid')
  })

  it('are fetched again when the clock was set back, and serve meanwhile only within their bound', async () => {
    const { resultOf, server, clock, signerFor } = remoteScene()
    expect(await resultOf()).toBe('authenticated')
    const successor = signerFor({ alg: 'ES256', kid: 'k2' })
    server.publish(successor.jwk)
    clock.advance(-7_200)
    expect(await resultOf()).toBe('401 key_unknown')
    expect(await resultOf(successor)).toBe('authenticated')
    expect(server.requests).toHaveLength(2)
  })

  it('survive a clock set back by a little while their server is down, but not by a lot', async () => {
    const { resultOf, server, clock } = remoteScene()
    expect(await resultOf()).toBe('authenticated')
    server.down()
    clock.advance(-60)
    expect(await resultOf()).toBe('authenticated')
    clock.advance(-86_400)
    expect(await resultOf()).toBe('503 keys_unavailable')
  })

  it('are refetched after a clock set back during the cooldown', async () => {
    const { resultOf, clock, server, signerFor } = remoteScene()
    const successor = signerFor({ alg: 'ES256', kid: 'k2' })
    expect(await resultOf()).toBe('authenticated')
    server.publish(successor.jwk)
    clock.advance(-10)
    expect(await resultOf(successor)).toBe('authenticated')
  })

  it('say when they were refreshed', async () => {
    const { resultOf } = remoteScene()
    const events = listenTo('countersign:keys:refreshed')
    await resultOf()
    expect(events.stop()).toEqual([{ url: 'https://idp.test/jwks', keys: 1 }])
  })

  it.each([
    ['https://idp.test/jwks?apikey=secret', 'https://idp.test/jwks'],
    ['https://idp.test/a/b?x=1&code=secret#secret', 'https://idp.test/a/b'],
    ['https://idp.test?secret', 'https://idp.test/'],
  ])('[V-36] are fetched from %s, and nothing shows its query', async (jwksUri, shown) => {
    const { resultOf, server, clock } = remoteScene({ jwksUri })
    const refreshed = listenTo('countersign:keys:refreshed')
    await resultOf()
    expect(refreshed.stop()).toEqual([{ url: shown, keys: 1 }])
    expect(server.requests[0]).toContain('secret')

    const failed = listenTo('countersign:keys:failed')
    server.answer((url) => {
      throw new Error(`request to ${url} failed`, { cause: new Error(`cannot resolve ${url}`) })
    })
    clock.advance(600)
    await resultOf()
    server.answer(() => new Response('<html>'))
    clock.advance(60)
    await resultOf()
    const events = failed.stop()
    expect(events).toHaveLength(2)
    expect(inspect(events, { depth: 9 })).toContain(shown)
    expect(inspect(events, { depth: 9 })).not.toContain('secret')
  })

  it.each([
    [{ maxAge: 60 }, 47, 1],
    [{ maxAge: 60 }, 48, 2],
    [{ maxAge: 3_600 }, 2_879, 1],
    [{ maxAge: 3_600 }, 2_880, 2],
  ])(
    'with keyServer %j and used again after %i s are fetched %i times',
    async (keyServer, seconds, fetches) => {
      const { resultOf, server, clock } = remoteScene({ keyServer })
      expect(await resultOf()).toBe('authenticated')
      clock.advance(seconds)
      expect(await resultOf()).toBe('authenticated')
      await settled()
      expect(server.requests).toHaveLength(fetches)
    },
  )
})

describe('a refresh in the background that fails', () => {
  it('is not repeated by every request, and changes nothing for known keys', async () => {
    const { resultOf, server, clock } = remoteScene()
    expect(await resultOf()).toBe('authenticated')
    server.down()
    clock.advance(480)
    for (let i = 0; i < 50; i++) {
      expect(await resultOf()).toBe('authenticated')
      await settled()
    }
    expect(server.requests).toHaveLength(2)
    clock.advance(1)
    expect(await resultOf()).toBe('authenticated')
    expect(server.requests).toHaveLength(3)
  })
})

describe('ready()', () => {
  it('fetches the keys, so that the first request does not wait', async () => {
    const { authenticator, resultOf, server } = remoteScene()
    await expect(authenticator.ready()).resolves.toBeUndefined()
    expect(server.requests).toHaveLength(1)
    expect(await resultOf()).toBe('authenticated')
    await authenticator.ready()
    expect(server.requests).toHaveLength(1)
  })

  it('rejects with what is in the way, and can be called again', async () => {
    const { authenticator, resultOf, server } = remoteScene()
    server.answer(() => new Response('', { status: 500 }))
    await expect(authenticator.ready()).rejects.toThrow('https://idp.test/jwks: returned status 500')
    const { signer } = remoteScene()
    server.publish(signer.jwk)
    await expect(authenticator.ready()).resolves.toBeUndefined()
    expect(await resultOf(signer)).toBe('authenticated')
  })

  it('shares its fetch with the requests that come meanwhile', async () => {
    const { authenticator, resultOf, server } = remoteScene()
    const release = server.hold()
    const ready = authenticator.ready()
    const waiting = resultOf()
    await settled()
    release()
    await ready
    expect(await waiting).toBe('authenticated')
    expect(server.requests).toHaveLength(1)
  })
})
