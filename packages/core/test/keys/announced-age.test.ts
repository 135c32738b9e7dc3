import { createSigner, startKeyServer } from '@countersign/forge'
import { createAuthenticator } from '@countersign/core'
import { describe, expect, it } from 'vitest'
import { announcedAge } from '../../src/keys/announced-age.ts'
import { settled } from '../support/fake-key-server.ts'
import { base, resultOf } from '../support/authenticate.ts'
import { remoteScene } from '../support/remote.ts'

describe('the age that a key server announces', () => {
  it.each<[Record<string, string>, number | undefined]>([
    [{}, undefined],
    [{ 'Cache-Control': '' }, undefined],
    [{ 'Cache-Control': 'public, immutable, s-maxage=5, stale-if-error=7' }, undefined],
    [{ Age: '50' }, undefined],
    [{ 'Cache-Control': 'max-age=60' }, 60],
    [{ 'Cache-Control': 'public, Max-Age=60, must-revalidate' }, 60],
    [{ 'Cache-Control': 'public,max-age="60"' }, 60],
    [{ 'Cache-Control': 'max-age = 60' }, 60],
    [{ 'Cache-Control': 'max-age=60, max-age=50, max-age=70' }, 50],
    [{ 'Cache-Control': 'x-max-age=60, max-agent=70' }, undefined],
    [{ 'Cache-Control': 'max-age=0' }, 0],
    [{ 'Cache-Control': 'no-store' }, 0],
    [{ 'Cache-Control': 'No-Cache' }, 0],
    [{ 'Cache-Control': 'no-cache="Set-Cookie", max-age=60' }, 0],
    [{ 'Cache-Control': 'max-age=60, no-store' }, 0],
    [{ 'Cache-Control': 'max-age' }, 0],
    [{ 'Cache-Control': 'max-age=' }, 0],
    [{ 'Cache-Control': 'max-age=-1' }, 0],
    [{ 'Cache-Control': 'max-age=1.5' }, 0],
    [{ 'Cache-Control': 'max-age=6e9' }, 0],
    [{ 'Cache-Control': 'max-age=soon' }, 0],
    [{ 'Cache-Control': 'max-age=60', Age: '25' }, 35],
    [{ 'Cache-Control': 'max-age=60', Age: '61' }, 0],
    [{ 'Cache-Control': 'max-age=60', Age: '20, 30' }, 40],
    [{ 'Cache-Control': 'max-age=60', Age: '-20' }, 60],
    [{ 'Cache-Control': 'max-age=60', Age: 'x' }, 60],
    [{ 'Cache-Control': `max-age=${'9'.repeat(400)}` }, 2 ** 31],
    [{ 'Cache-Control': `max-age=${'9'.repeat(400)}`, Age: '9'.repeat(400) }, 0],
  ])('in %j is %s seconds', (headers, seconds) => {
    expect(announcedAge(new Headers(headers))).toBe(seconds === undefined ? undefined : seconds * 1_000)
  })
})

/** A scene whose server answers with these headers, and the age at which its keys are due. */
function announcing(headers: Record<string, string>, keyServer: { maxAge?: number; cooldown?: number } = {}) {
  const scene = remoteScene({ keyServer })
  const publish = (...keys: readonly object[]) =>
    scene.server.answer(() => Response.json({ keys }, { headers }))
  publish(scene.signer.jwk)
  return { ...scene, publish }
}

const maxAge = (seconds: number) => ({ 'Cache-Control': `max-age=${seconds}` })

describe('remote keys', () => {
  it.each([
    ['a shorter one', maxAge(100), {}, 100],
    ['what is left of it', { ...maxAge(100), Age: '40' }, {}, 60],
    ['a longer one', maxAge(86_400), {}, 600],
    ['one without end', { 'Cache-Control': `max-age=${'9'.repeat(400)}` }, {}, 600],
    ['the same', maxAge(600), {}, 600],
    ['none', {}, {}, 600],
    ['one below the cooldown', maxAge(15), {}, 30],
    ['one below another cooldown', maxAge(15), { cooldown: 5 }, 15],
    ['no-store', { 'Cache-Control': 'no-store' }, {}, 30],
    ['no-cache', { 'Cache-Control': 'no-cache' }, { cooldown: 50 }, 50],
    [
      'no-cache, and keys are due before the cooldown is over',
      { 'Cache-Control': 'no-cache' },
      { maxAge: 10 },
      10,
    ],
  ])(
    '[A11] whose server announces %s: a key that it removes verifies nothing from that age on',
    async (_what, headers, keyServer, age) => {
      const { resultOf: resultBy, clock, publish, server, signer, signerFor } = announcing(headers, keyServer)
      expect(await resultBy()).toBe('authenticated')
      publish(signerFor({ kid: 'k2' }).jwk)
      clock.advance(age * 0.8 - 0.001)
      expect(await resultBy()).toBe('authenticated')
      expect(server.requests).toHaveLength(1)
      clock.advance(0.001)
      const release = server.hold()
      expect(await resultBy()).toBe('authenticated') // renewed behind its back
      expect(server.requests).toHaveLength(2)
      clock.advance(age * 0.2 - 0.001)
      expect(await resultBy()).toBe('authenticated')
      clock.advance(0.001)
      const waiting = resultBy(signer)
      await settled()
      release()
      expect(await waiting).toBe('401 key_unknown')
      expect(server.requests).toHaveLength(2)
    },
  )

  it('[A11] [A12] a remembered token falls with its key at that age, too', async () => {
    const { authenticator, clock, publish, signer, signerFor } = announcing(maxAge(60))
    const token = signer.token({ exp: clock.seconds() + 10_000 })
    for (let i = 0; i < 3; i++) expect(await resultOf(authenticator, token)).toBe('authenticated')
    publish(signerFor({ kid: 'k2' }).jwk)
    clock.advance(60)
    expect(await resultOf(authenticator, token)).toBe('401 key_unknown')
  })

  it('follow the age of the newest answer', async () => {
    const { resultOf: resultBy, clock, server, signer } = announcing(maxAge(60))
    expect(await resultBy()).toBe('authenticated')
    server.publish(signer.jwk)
    clock.advance(60)
    expect(await resultBy()).toBe('authenticated')
    clock.advance(479)
    expect(await resultBy()).toBe('authenticated')
    expect(server.requests).toHaveLength(2)
  })

  it('[D8] serve for staleIfError past that age while their server is down', async () => {
    const { resultOf: resultBy, clock, server } = announcing(maxAge(60))
    expect(await resultBy()).toBe('authenticated')
    server.down()
    clock.advance(60 + 3_600 - 0.001)
    expect(await resultBy()).toBe('authenticated')
    clock.advance(0.001)
    expect(await resultBy()).toBe('503 keys_unavailable')
  })

  it('are due at the age that a server says over a socket', async () => {
    const signer = createSigner({ kid: 'k1' })
    const server = await startKeyServer()
    server.behave((_req, res) => {
      res.writeHead(200, { 'Cache-Control': 'public, max-age=100', Age: '50' })
      res.end(JSON.stringify({ keys: [signer.jwk] }))
    })
    let time = Date.now()
    const authenticator = createAuthenticator({ ...base, jwksUri: server.jwksUri, now: () => time })
    expect(await resultOf(authenticator, signer.token())).toBe('authenticated')
    time += 39_999
    expect(await resultOf(authenticator, signer.token())).toBe('authenticated')
    expect(server.fetches()).toBe(1)
    time += 10_001
    expect(await resultOf(authenticator, signer.token())).toBe('authenticated')
    expect(server.fetches()).toBe(2)
    await server.stop()
  })
})
