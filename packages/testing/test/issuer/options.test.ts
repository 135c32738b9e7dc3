import { createServer } from 'node:net'
import { once } from 'node:events'
import { createTestIssuer, fakeClock, type TestIssuerOptions } from '@countersign/testing'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { judgeOf, openIssuer } from './support.ts'

afterEach(() => {
  vi.unstubAllEnvs()
})

describe('createTestIssuer()', () => {
  it.each<[string, unknown, string]>([
    ['algorithm', { algorithm: 'HS512' }, 'must be one of ES256, EdDSA, RS256, PS256, HS256'],
    ['clock', { clock: 1 }, 'must be a clock, such as fakeClock()'],
    ['clock', { clock: null }, 'must be a clock'],
    ['listen', { listen: 3_000 }, 'must be true, false or { port }'],
    ['listen', { listen: { port: 65_536 } }, 'with a port from 0 to 65535'],
    ['listen', { listen: null }, 'must be true, false or { port }'],
    ['listen', { listen: true, algorithm: 'HS256' }, 'has no effect with HS256'],
    ['issuer', { issuer: 'idp' }, 'URL'],
    ['issuer', { issuer: 'idp', listen: true }, 'URL'],
    ['audience', { audience: [] }, 'must not be empty'],
    ['clientId', { clientId: '' }, 'clientId'],
    ['listen.prot', { listen: { prot: 3_000 } }, 'does not exist'],
    ['isuer', { isuer: 'https://idp.test' }, 'does not exist: did you mean'],
    ['claims', { claims: { exp: 1 }, listen: true }, 'must not have "exp": set "expiresIn" of each token'],
    ['dangerouslyAllowInProduction', { dangerouslyAllowInProduction: 1 }, 'must be true or false'],
  ])('refuses %s: %o', async (option, options, remedy) => {
    await expect(createTestIssuer(options as TestIssuerOptions)).rejects.toMatchObject({
      name: 'OptionError',
      option,
      message: expect.stringContaining(remedy) as string,
    })
  })

  it('refuses an outage that does not exist', async () => {
    const idp = await openIssuer()
    await expect(idp.goOffline('slow' as 'hang')).rejects.toThrow('must be one of refuse, error, hang')
  })

  it('refuses to run in production, unless that is spelled out', async () => {
    vi.stubEnv('NODE_ENV', 'production')
    await expect(createTestIssuer()).rejects.toThrow('"dangerouslyAllowInProduction" is not set')
    const idp = await openIssuer({ dangerouslyAllowInProduction: true })
    expect(await judgeOf(idp)(await idp.token())).toBe('user-1')
  })

  it('says what its tokens say, and its clock', async () => {
    const clock = fakeClock()
    const audience = ['https://a.test', 'https://b.test']
    const idp = await openIssuer({ issuer: 'https://login.test/x', audience, clientId: 'web', clock })
    expect(idp).toMatchObject({ issuer: 'https://login.test/x', audience, clock })
    expect(idp.jwksUri).toBe('https://login.test/x/.well-known/jwks.json')
    expect(idp.options.now?.()).toBe(clock.now())
    const judge = judgeOf(idp, { audience: 'https://b.test', clientId: 'web' })
    expect(await judge(await idp.token())).toBe('user-1')
  })

  it('listens on the port that it is told to, and rejects where that is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    onTestFinished(() => void taken.close())
    const { port } = taken.address() as { port: number }
    await expect(createTestIssuer({ listen: { port } })).rejects.toMatchObject({ code: 'EADDRINUSE' })
    taken.close()
    await once(taken, 'close')
    // what is wrong with other options leaves nothing behind
    for (const wrong of [{ issuer: 'idp' }, { claims: { exp: 1 } }]) {
      await expect(createTestIssuer({ listen: { port }, ...wrong })).rejects.toThrow('option')
    }
    expect((await openIssuer({ listen: { port } })).issuer).toBe(`http://127.0.0.1:${port}`)
  })
})
