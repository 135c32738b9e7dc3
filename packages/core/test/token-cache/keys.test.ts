import { createAuthenticator, type KeyFunction } from '@countersign/core'
import { createSigner, fakeClock } from '@countersign/forge'
import { describe, expect, it } from 'vitest'
import { settled } from '../support/fake-key-server.ts'
import { acceptTwice, base, bearer, resultOf, refusalOf } from '../support/authenticate.ts'
import { remoteScene } from '../support/remote.ts'

/** A remote scene whose one long-lived token is remembered. */
async function remembering(options: Parameters<typeof remoteScene>[0] = {}) {
  const scene = remoteScene(options)
  const token = scene.signer.token({ exp: scene.clock.seconds() + 1_000_000 })
  const judgeIt = () => resultOf(scene.authenticator, token)
  await acceptTwice(scene.authenticator, token)
  return { ...scene, token, judgeIt }
}

describe('a remembered token whose key left the key set', () => {
  it('[A11] [A12] is refused after the next refresh', async () => {
    const { judgeIt, server, clock, signerFor } = await remembering()
    server.publish(signerFor({ kid: 'k2' }).jwk)
    clock.advance(479)
    expect(await judgeIt()).toBe('authenticated') // nobody asked the server yet
    expect(server.requests).toHaveLength(1)
    clock.advance(121)
    expect(await judgeIt()).toBe('401 key_unknown')
    expect(await judgeIt()).toBe('401 key_unknown')
  })

  it('[A11] [A12] is refused as soon as the refresh ahead of time has ended', async () => {
    const { judgeIt, server, clock, signerFor } = await remembering()
    server.publish(signerFor({ kid: 'k2' }).jwk)
    clock.advance(480)
    expect(await judgeIt()).toBe('authenticated') // this one starts the refresh, and does not wait for it
    await settled()
    expect(server.requests).toHaveLength(2)
    // an unknown key may cause one more fetch a cooldown, and none within it
    expect(await judgeIt()).toBe('401 key_unknown')
    expect(server.requests).toHaveLength(2)
  })

  it('[A11] [A12] is refused where another key took its name', async () => {
    const { judgeIt, server, clock, signerFor } = await remembering()
    server.publish(signerFor({ kid: 'k1' }).jwk)
    clock.advance(600)
    expect(await judgeIt()).toBe('401 signature_invalid')
    expect(await judgeIt()).toBe('401 signature_invalid')
  })

  it('[A12] [E3] is refused where its key is published still, but not for verifying', async () => {
    const { judgeIt, server, clock, signer, signerFor } = await remembering()
    server.publish({ ...signer.jwk, use: 'enc' }, signerFor({ kid: 'k2' }).jwk)
    clock.advance(600)
    expect(await judgeIt()).toBe('401 key_unknown')
  })

  it('[A12] is refused where its key is published still, but for another algorithm', async () => {
    const scene = remoteScene()
    const rsa = scene.signerFor({ alg: 'RS256', kid: 'r1' })
    scene.server.publish(rsa.jwk)
    const token = rsa.token({ exp: scene.clock.seconds() + 10_000 })
    await acceptTwice(scene.authenticator, token)
    scene.server.publish({ ...rsa.jwk, alg: 'PS256' })
    scene.clock.advance(600)
    expect(await resultOf(scene.authenticator, token)).toBe('401 algorithm_not_allowed')
  })

  it('[A11] [A12] [A13] is refused where it names no key, and the set has others without a name', async () => {
    const scene = remoteScene()
    const unnamed = scene.signerFor({ kid: null })
    const next = scene.signerFor({ kid: null })
    scene.server.publish(unnamed.jwk, next.jwk)
    const token = unnamed.token({ exp: scene.clock.seconds() + 10_000 })
    await acceptTwice(scene.authenticator, token)
    scene.server.publish(next.jwk)
    scene.clock.advance(600)
    expect(await resultOf(scene.authenticator, token)).toBe('401 signature_invalid')
    expect(await resultOf(scene.authenticator, next.token())).toBe('authenticated')
  })

  it('is let in again once its key is back', async () => {
    const { judgeIt, server, clock, signer, signerFor } = await remembering()
    server.publish(signerFor({ kid: 'k2' }).jwk)
    clock.advance(600)
    expect(await judgeIt()).toBe('401 key_unknown')
    server.publish(signer.jwk)
    clock.advance(31)
    expect(await judgeIt()).toBe('authenticated')
  })

  it('stays while its key does, whatever comes and goes beside it, and in whatever order', async () => {
    const { judgeIt, server, clock, signer, signerFor } = await remembering()
    const { kid, ...rest } = signer.jwk
    server.publish(signerFor({ kid: 'k2' }).jwk, { ...rest, kid })
    clock.advance(600)
    expect(await judgeIt()).toBe('authenticated')
    server.publish(signer.jwk)
    clock.advance(600)
    expect(await judgeIt()).toBe('authenticated')
  })
})

describe('remembered tokens while the key server is down', () => {
  it('[D8] are let in while their keys may serve, get 503 from then on, and are good again with the server', async () => {
    const { judgeIt, server, clock, signer, token, authenticator } = await remembering()
    server.down()
    clock.advance(600)
    expect(await judgeIt()).toBe('authenticated')
    clock.advance(3_599)
    expect(await judgeIt()).toBe('authenticated')
    clock.advance(1)
    const refusal = await refusalOf(authenticator, bearer(token))
    expect(refusal).toMatchObject({ status: 503, body: { code: 'keys_unavailable' } })
    expect(Number(refusal.headers['Retry-After'])).toBeGreaterThan(0)
    server.publish(signer.jwk)
    clock.advance(31)
    expect(await judgeIt()).toBe('authenticated')
  })

  it('[A12] [D8] are refused, and not let in, where the server comes back without their key', async () => {
    const { judgeIt, server, clock, signerFor } = await remembering()
    server.down()
    clock.advance(5_000)
    expect(await judgeIt()).toBe('503 keys_unavailable')
    server.publish(signerFor({ kid: 'k2' }).jwk)
    clock.advance(31)
    expect(await judgeIt()).toBe('401 key_unknown')
  })
})

describe('a remembered token and a key function', () => {
  const clock = fakeClock()
  const signer = createSigner({ now: clock.now })
  const other = createSigner({ now: clock.now })
  let answer: () => unknown = () => undefined
  let asked = 0

  function asking() {
    asked = 0
    const key = (() => {
      asked++
      return answer()
    }) as KeyFunction
    const authenticator = createAuthenticator({ ...base, key, now: clock.now })
    const token = signer.token({ exp: clock.seconds() + 100_000 })
    return {
      judgeIt: () => resultOf(authenticator, token),
      acquaintIt: () => acceptTwice(authenticator, token),
    }
  }

  it.each([
    ['without maxAge', () => signer.pem],
    ['with maxAge 0', () => ({ key: signer.pem, maxAge: 0 })],
  ])('%s: it is asked at every request, and its answer counts at once', async (_what, answering) => {
    answer = answering
    const { judgeIt } = asking()
    for (let i = 1; i <= 3; i++) {
      expect(await judgeIt()).toBe('authenticated')
      expect(asked).toBe(i)
    }
    answer = () => undefined
    expect(await judgeIt()).toBe('401 key_unknown')
    answer = () => other.pem
    expect(await judgeIt()).toBe('401 signature_invalid')
    answer = () => {
      throw new Error('vault sealed')
    }
    expect(await judgeIt()).toBe('503 keys_unavailable')
    expect(asked).toBe(6)
  })

  it('with maxAge: it is asked again when that is over, and not before', async () => {
    answer = () => ({ key: signer.pem, maxAge: 60 })
    const { judgeIt, acquaintIt } = asking()
    await acquaintIt()
    clock.advance(59)
    expect(await judgeIt()).toBe('authenticated')
    expect(asked).toBe(1)
    clock.advance(1)
    expect(await judgeIt()).toBe('authenticated')
    expect(asked).toBe(2)
    clock.advance(59)
    expect(await judgeIt()).toBe('authenticated')
    expect(asked).toBe(2)
  })

  it.each([
    ['undefined', () => undefined, '401 key_unknown'],
    ['another key', () => ({ key: other.pem, maxAge: 60 }), '401 signature_invalid'],
    ['an error', () => Promise.reject(new Error('vault sealed')), '503 keys_unavailable'],
    ['no key', () => ({ key: 42, maxAge: 60 }), '500 internal_error'],
  ])('[A12] with maxAge: answering %s afterwards, it refuses the token', async (_what, later, said) => {
    answer = () => ({ key: signer.pem, maxAge: 60 })
    const { judgeIt, acquaintIt } = asking()
    await acquaintIt()
    answer = later
    clock.advance(59)
    expect(await judgeIt()).toBe('authenticated')
    clock.advance(1)
    expect(await judgeIt()).toBe(said)
  })

  it('with maxAge: a clock that was set back makes it be asked again', async () => {
    answer = () => ({ key: signer.pem, maxAge: 60 })
    const { judgeIt, acquaintIt } = asking()
    clock.advance(10)
    await acquaintIt()
    clock.advance(-9)
    expect(await judgeIt()).toBe('authenticated')
    expect(asked).toBe(2)
    clock.advance(9)
  })
})
