import { createAuthenticator } from '@countersign/core'
import { createSigner, fakeClock } from '@countersign/forge'
import { describe, expect, it } from 'vitest'
import { settled } from '../support/fake-key-server.ts'
import { base, resultOf } from '../support/authenticate.ts'
import { remoteScene } from '../support/remote.ts'

describe('a new key under an old kid', () => {
  it.each([
    ['of the same kind', { alg: 'ES256', kid: 'k1' }],
    ['of another kind', { alg: 'RS256', kid: 'k1' }],
    ['on another curve', { alg: 'ES384', kid: 'k1' }],
  ] as const)(
    '[V-30] %s is fetched in the background, and its first token is refused at once',
    async (_what, options) => {
      const { resultOf: ask, server, signerFor, signer } = remoteScene()
      expect(await ask()).toBe('authenticated')
      const next = signerFor(options)
      server.publish(next.jwk)
      const release = server.hold()
      expect(await ask(next)).toMatch(/^401 /) // while the renewal still hangs
      expect(await ask(signer)).toBe('authenticated')
      release()
      await settled()
      expect(server.requests).toHaveLength(2)
      expect(await ask(next)).toBe('authenticated')
      expect(await ask(signer)).toMatch(/^401 /)
    },
  )

  it('[V-30] leads to one renewal in five minutes, whatever is forged', async () => {
    const { resultOf: ask, server, clock, signer, signerFor } = remoteScene({ keyServer: { maxAge: 86_400 } })
    expect(await ask()).toBe('authenticated')
    for (let i = 0; i < 20; i++) {
      expect(await ask(signerFor({ alg: 'ES256', kid: 'k1' }))).toBe('401 signature_invalid')
      await settled()
      clock.advance(14.99)
    }
    expect(server.requests).toHaveLength(2)
    clock.advance(0.2)
    expect(await ask(signerFor({ alg: 'ES256', kid: 'k1' }))).toBe('401 signature_invalid')
    await settled()
    expect(server.requests).toHaveLength(3)
    expect(await ask(signer)).toBe('authenticated')
  })

  it('[V-30] has a budget of its own: keys that we do not know are asked for all the same', async () => {
    const { resultOf: ask, server, clock, signer, signerFor } = remoteScene()
    const next = signerFor({ alg: 'ES256', kid: 'k2' })
    expect(await ask()).toBe('authenticated')
    clock.advance(31)
    expect(await ask(signerFor({ alg: 'ES256', kid: 'k1' }))).toBe('401 signature_invalid')
    await settled()
    server.publish(signer.jwk, next.jwk)
    expect(await ask(next)).toBe('authenticated')
    expect(server.requests).toHaveLength(3)
  })

  it('[V-30] whose renewal fails leaves the known keys as they are', async () => {
    const { resultOf: ask, server, signerFor } = remoteScene()
    expect(await ask()).toBe('authenticated')
    server.down()
    const forger = signerFor({ alg: 'ES256', kid: 'k1' })
    expect(await ask(forger)).toBe('401 signature_invalid')
    await settled()
    expect(await ask(forger)).toBe('401 signature_invalid')
    expect(await ask()).toBe('authenticated')
    expect(server.requests).toHaveLength(2)
  })

  it('[V-30] of a key function that named an age is asked for in the background, too', async () => {
    const clock = fakeClock()
    const old = createSigner({ alg: 'ES256', kid: 'k1', now: clock.now })
    const next = createSigner({ alg: 'ES256', kid: 'k1', now: clock.now })
    let asked = 0
    const key = () => ({ key: asked++ === 0 ? old.jwk : next.jwk, maxAge: 3_600 })
    const authenticator = createAuthenticator({ ...base, key, now: clock.now })
    expect(await resultOf(authenticator, old.token())).toBe('authenticated')
    expect(await resultOf(authenticator, next.token())).toBe('401 signature_invalid')
    await settled()
    expect(await resultOf(authenticator, next.token())).toBe('authenticated')
    expect(await resultOf(authenticator, old.token())).toBe('401 signature_invalid')
    await settled()
    expect(asked).toBe(2)
    clock.advance(300)
    expect(await resultOf(authenticator, old.token({ exp: clock.seconds() + 60 }))).toBe(
      '401 signature_invalid',
    )
    await settled()
    expect(asked).toBe(3)
  })
})
