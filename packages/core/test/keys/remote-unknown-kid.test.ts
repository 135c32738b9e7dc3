import { base64url, createSigner } from '@countersign/forge'
import { describe, expect, it } from 'vitest'
import { settled } from '../support/fake-key-server.ts'
import { resultOf } from '../support/authenticate.ts'
import { remoteScene } from '../support/remote.ts'

describe('a kid that is not in the fetched set', () => {
  it('[V-14] causes one fetch, and is found if the set has it by then', async () => {
    const { resultOf: ask, server, clock, signer, signerFor } = remoteScene()
    const successor = signerFor({ alg: 'ES256', kid: 'k2' })
    expect(await ask()).toBe('authenticated')
    server.publish(signer.jwk, successor.jwk)
    clock.advance(30)
    expect(await ask(successor)).toBe('authenticated')
    expect(await ask()).toBe('authenticated')
    expect(server.requests).toHaveLength(2)
  })

  it('[D9] is 401 without a fetch while the set is fresh, 401 after one that did not bring it', async () => {
    const { resultOf: ask, server, clock, signerFor } = remoteScene()
    const stranger = signerFor({ alg: 'ES256', kid: 'k2' })
    expect(await ask()).toBe('authenticated')
    clock.advance(29.999)
    expect(await ask(stranger)).toBe('401 key_unknown')
    expect(server.requests).toHaveLength(1)
    clock.advance(0.001)
    expect(await ask(stranger)).toBe('401 key_unknown')
    expect(await ask(stranger)).toBe('401 key_unknown')
    expect(server.requests).toHaveLength(2)
  })

  it('[D9][V-14] and 20 000 others cause at most one fetch a cooldown', async () => {
    const { resultOf: ask, server, clock, signer, authenticator } = remoteScene()
    expect(await ask()).toBe('authenticated')
    const [, payload, signature] = signer.token().split('.')
    const said = new Set<string>()
    for (let second = 0; second < 100; second++) {
      const flood = Array.from({ length: 200 }, (_, i) => {
        const header = base64url({ alg: 'ES256', kid: `random-${second}-${i}` })
        return resultOf(authenticator, `${header}.${payload}.${signature}`)
      })
      for (const verdict of await Promise.all(flood)) said.add(verdict)
      clock.advance(1)
    }
    expect(said).toEqual(new Set(['401 key_unknown']))
    // the first one, and at 30, 60 and 90 seconds
    expect(server.requests).toHaveLength(4)
    expect(await ask()).toBe('authenticated')
  })

  it('[D9] keeps to the cooldown of the policy', async () => {
    const { resultOf: ask, server, clock, signerFor } = remoteScene({ keyServer: { cooldown: 5 } })
    const stranger = signerFor({ alg: 'ES256', kid: 'k2' })
    expect(await ask()).toBe('authenticated')
    for (let second = 1; second <= 20; second++) {
      clock.advance(1)
      expect(await ask(stranger)).toBe('401 key_unknown')
    }
    expect(server.requests).toHaveLength(5)
  })

  it('[D9][D8] is 503 when its fetch fails, and while the last attempt is a failed one', async () => {
    const { resultOf: ask, server, clock, signerFor } = remoteScene()
    const stranger = signerFor({ alg: 'ES256', kid: 'k2' })
    expect(await ask()).toBe('authenticated')
    server.down()
    clock.advance(30)
    for (let i = 0; i < 20; i++) expect(await ask(stranger)).toBe('503 keys_unavailable')
    expect(server.requests).toHaveLength(2)
    expect(await ask()).toBe('authenticated')
    clock.advance(29)
    expect(await ask(stranger)).toBe('503 keys_unavailable')
    expect(server.requests).toHaveLength(2)
    server.publish(stranger.jwk)
    clock.advance(1)
    expect(await ask(stranger)).toBe('authenticated')
    expect(server.requests).toHaveLength(3)
  })

  it('[D8] that is met while the set is past its age and its server down is 503, known ones pass', async () => {
    const { resultOf: ask, server, clock, signerFor } = remoteScene()
    const stranger = signerFor({ alg: 'ES256', kid: 'k2' })
    expect(await ask()).toBe('authenticated')
    server.down()
    clock.advance(700)
    expect(await ask(stranger)).toBe('503 keys_unavailable')
    expect(await ask()).toBe('authenticated')
  })

  it('waits for the fetch that runs, and starts none beside it', async () => {
    const { resultOf: ask, server, clock, signer, signerFor } = remoteScene()
    const successor = signerFor({ alg: 'ES256', kid: 'k2' })
    expect(await ask()).toBe('authenticated')
    server.publish(signer.jwk, successor.jwk)
    clock.advance(480)
    const release = server.hold()
    expect(await ask()).toBe('authenticated')
    const waiting = Array.from({ length: 20 }, () => ask(successor))
    await settled()
    expect(server.requests).toHaveLength(2)
    release()
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(['authenticated']))
    expect(server.requests).toHaveLength(2)
  })

  it('[A10][V-5] is not looked for in tokens of a foreign issuer: refused before any network use', async () => {
    const { server, authenticator, clock } = remoteScene()
    for (const issuer of [
      'https://evil.test',
      'https://idp.test/',
      'https://idp.test:443',
      'https://IDP.test',
      '',
      'idp',
    ]) {
      const foreign = createSigner({ alg: 'ES256', kid: 'x', issuer, now: clock.now })
      const token = foreign.token({}, { jku: 'https://evil.test/jwks' })
      expect(await resultOf(authenticator, token)).toBe('401 claim_mismatch')
    }
    expect(server.requests).toEqual([])
  })

  it('[A9] has no influence on the address that is asked', async () => {
    const { resultOf: ask, server, clock } = remoteScene()
    for (const kid of [
      '../../evil',
      'k1:https://evil.test',
      '?x=',
      '__proto__',
      'https://evil.test/jwks',
      '\r\nHost: evil',
    ]) {
      clock.advance(30)
      expect(await ask(undefined, { kid })).toBe('401 key_unknown')
    }
    expect(new Set(server.requests)).toEqual(new Set(['https://idp.test/jwks']))
    expect(server.requests).toHaveLength(6)
  })
})

describe('a token without kid', () => {
  it('[A13] finds the key of a rotation that passed us by, after one fetch', async () => {
    const { server, clock, signerFor, resultOf: ask } = remoteScene()
    const old = signerFor({ alg: 'ES256', kid: null })
    const successor = signerFor({ alg: 'ES256', kid: null })
    server.publish(old.jwk)
    expect(await ask(old)).toBe('authenticated')
    server.publish(old.jwk, successor.jwk)
    clock.advance(30)
    expect(await ask(successor)).toBe('authenticated')
    expect(await ask(old)).toBe('authenticated')
    expect(server.requests).toHaveLength(2)
    server.publish(successor.jwk)
    clock.advance(600)
    expect(await ask(old)).toBe('401 signature_invalid')
    expect(await ask(successor)).toBe('authenticated')
  })

  it('[A13][D9] and with a bad signature causes at most one fetch a cooldown', async () => {
    const { server, clock, signerFor, resultOf: ask } = remoteScene()
    const old = signerFor({ alg: 'ES256', kid: null })
    const forger = signerFor({ alg: 'ES256', kid: null })
    server.publish(old.jwk)
    expect(await ask(old)).toBe('authenticated')
    for (let second = 0; second < 60; second++) {
      expect(await ask(forger)).toBe('401 signature_invalid')
      clock.advance(1)
    }
    expect(server.requests).toHaveLength(2)
    expect(await ask(old)).toBe('authenticated')
  })

  it('[A13][D8] and with a bad signature is 503 while we cannot tell whether the keys have changed', async () => {
    const { server, clock, signerFor, resultOf: ask } = remoteScene()
    const old = signerFor({ alg: 'ES256', kid: null })
    server.publish(old.jwk)
    expect(await ask(old)).toBe('authenticated')
    server.down()
    clock.advance(30)
    expect(await ask(signerFor({ alg: 'ES256', kid: null }))).toBe('503 keys_unavailable')
    expect(await ask(old)).toBe('authenticated')
  })

  it('[A13] is refused by an algorithm that no key has, after one fetch', async () => {
    const { server, clock, signerFor, resultOf: ask } = remoteScene()
    const rsa = signerFor({ alg: 'RS256', kid: null })
    expect(await ask(rsa)).toBe('401 key_unknown')
    expect(server.requests).toHaveLength(1)
    server.publish(rsa.jwk)
    clock.advance(30)
    expect(await ask(rsa)).toBe('authenticated')
    expect(server.requests).toHaveLength(2)
  })

  it('[A13] [V-26] is tried against 16 fetched keys at most', async () => {
    const { server, signerFor, resultOf: ask } = remoteScene()
    const signers = Array.from({ length: 18 }, () => signerFor({ alg: 'ES256', kid: null }))
    server.publish(...signers.map(({ jwk }) => jwk))
    for (const signer of signers.slice(0, 16)) expect(await ask(signer)).toBe('authenticated')
    for (const signer of signers.slice(16)) expect(await ask(signer)).toBe('401 signature_invalid')
    expect(server.requests).toHaveLength(1)
  })
})

describe('a known kid', () => {
  it('with a bad signature, another algorithm or an unusable key causes one fetch in the background', async () => {
    const { resultOf: ask, server, clock, signer, signerFor } = remoteScene()
    const small = signerFor({ alg: 'RS256', kid: 'small', modulusLength: 1024 })
    server.publish(signer.jwk, small.jwk)
    expect(await ask()).toBe('authenticated')
    clock.advance(31)
    expect(await ask(signerFor({ alg: 'ES256', kid: 'k1' }))).toBe('401 signature_invalid')
    expect(await ask(signer, { alg: 'RS256' })).toBe('401 algorithm_not_allowed')
    expect(await ask(small)).toBe('401 key_unknown')
    expect(server.requests).toHaveLength(2)
  })
})
