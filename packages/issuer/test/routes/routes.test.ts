import { createAuthenticator } from '@countersign/core'
import { createIssuer, type Issuer, type IssuerOptions } from '@countersign/issuer'
import { fakeClock } from '@countersign/forge'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { serve, type Served } from '../serve.ts'
import { AUDIENCE, faultyStore, INPUT } from '../support.ts'

const JWKS = '/.well-known/jwks.json'
const METADATA = '/.well-known/oauth-authorization-server'
let clock = fakeClock()
let store = faultyStore(clock)
const served: Served[] = []
beforeEach(() => {
  clock = fakeClock()
  store = faultyStore(clock)
})
afterEach(async () => {
  await Promise.all(served.splice(0).map(({ stop }) => stop()))
})

/** An issuer that listens, at a path of its origin. */
async function start(path = '', options: Partial<IssuerOptions> = {}) {
  let issuer: Issuer | undefined
  const create = (origin: string) =>
    createIssuer({ issuer: origin + path, store, now: clock.now, ...options } as IssuerOptions)
  const server = await serve((origin) => (issuer ??= create(origin)))
  issuer = create(server.origin)
  served.push(server)
  const ask = (target: string, init?: { method?: string; headers?: Record<string, string> }) =>
    fetch(server.origin + target, { ...init, headers: { connection: 'close', ...init?.headers } })
  return { issuer, ask, origin: server.origin }
}

const seconds = (response: Response) =>
  Number(/max-age=(\d+)/.exec(response.headers.get('cache-control') ?? '')?.[1])

describe('the key set', () => {
  it('may be read by any origin, and kept for ten minutes', async () => {
    const { issuer, ask } = await start()
    const response = await ask(JWKS)
    expect(response.status).toBe(200)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/jwk-set+json',
      'cache-control': 'public, max-age=600',
      'access-control-allow-origin': '*',
      'x-content-type-options': 'nosniff',
    })
    expect(response.headers.has('set-cookie')).toBe(false)
    expect(await response.json()).toEqual(await issuer.jwks())
  })

  it('is not sent again to who has it', async () => {
    const { issuer, ask } = await start()
    const etag = (await ask(JWKS)).headers.get('etag') ?? ''
    expect(etag).toMatch(/^"[\w-]{22}"$/)
    for (const known of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
      const response = await ask(JWKS, { headers: { 'if-none-match': known } })
      expect(response.status).toBe(304)
      expect(response.headers.get('etag')).toBe(etag)
      expect(seconds(response)).toBe(600)
      expect(await response.text()).toBe('')
    }
    expect((await ask(JWKS, { headers: { 'if-none-match': '"x"' } })).status).toBe(200)
    await issuer.rotate()
    expect((await ask(JWKS, { headers: { 'if-none-match': etag } })).status).toBe(200)
  })

  it('answers HEAD like GET, without a body, and no other method', async () => {
    const { ask } = await start()
    const head = await ask(JWKS, { method: 'HEAD' })
    const get = await ask(JWKS)
    expect(head.status).toBe(200)
    expect(head.headers.get('etag')).toBe(get.headers.get('etag'))
    expect(await head.text()).toBe('')
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      const response = await ask(JWKS, { method })
      expect(response.status).toBe(405)
      expect(response.headers.get('allow')).toBe('GET, HEAD')
      expect(response.headers.get('cache-control')).toBe('no-store')
      expect(response.headers.get('content-type')).toBe('application/problem+json')
    }
  })

  it('[I-38] is kept for less time when a key is about to go', async () => {
    const { issuer, ask } = await start()
    await issuer.ready()
    const next = await issuer.rotate()
    // The first key goes an hour and two minutes after its successor began to sign.
    const removal = next.activeFrom + 3_720_000
    for (const left of [1_000, 601, 600, 300, 2, 1]) {
      clock.advance((removal - clock.now()) / 1_000 - left)
      const response = await ask(JWKS)
      expect(seconds(response)).toBe(Math.min(left, 600))
      expect(((await response.json()) as { keys: unknown[] }).keys).toHaveLength(2)
    }
    clock.advance(1)
    const after = await ask(JWKS)
    expect(seconds(after)).toBe(600)
    expect(((await after.json()) as { keys: unknown[] }).keys).toHaveLength(1)
  })

  it('[I-34] is 503 with Retry-After while the store is down and nothing is known, and not kept', async () => {
    const { ask, issuer } = await start()
    store.down = true
    const response = await ask(JWKS)
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toBe('5')
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(await response.json()).toEqual({ title: 'Service Unavailable', status: 503 })
    expect((await ask(METADATA)).status).toBe(200)
    store.down = false
    expect((await ask(JWKS)).status).toBe(200)
    store.down = true
    clock.advance(600)
    expect((await ask(JWKS)).status).toBe(200)
    clock.advance(3_600)
    expect((await ask(JWKS)).status).toBe(503)
    await expect(issuer.jwks()).rejects.toThrow('unavailable')
  })

  it('says nothing of a fault of ours', async () => {
    const { ask, issuer } = await start()
    store.set(issuer.issuer, { version: 1, content: '{"d":"SECRET"}' })
    const response = await ask(JWKS)
    expect(response.status).toBe(500)
    expect(await response.text()).toBe('')
  })
})

describe('the metadata', () => {
  it('name the issuer and its key set', async () => {
    const { issuer, ask, origin } = await start()
    const response = await ask(METADATA)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/json',
      'cache-control': 'public, max-age=3600',
      'access-control-allow-origin': '*',
    })
    const metadata = { issuer: origin, jwks_uri: origin + JWKS, response_types_supported: [] }
    expect(await response.json()).toEqual(metadata)
    expect(issuer.metadata()).toEqual(metadata)
  })

  it.each([
    ['/tenants/a', `${METADATA}/tenants/a`, '/tenants/a'],
    ['/tenants/a/', `${METADATA}/tenants/a`, '/tenants/a'],
    ['/', METADATA, ''],
  ])('of an issuer at %s are in front of its path (RFC 8414 section 3.1)', async (path, metadata, prefix) => {
    const { issuer, ask, origin } = await start(path)
    expect(issuer.routes().routes).toEqual([
      { method: 'GET', path: metadata },
      { method: 'GET', path: prefix + JWKS },
    ])
    expect(await (await ask(metadata)).json()).toMatchObject({
      issuer: origin + path,
      jwks_uri: origin + prefix + JWKS,
    })
    expect((await ask(prefix + JWKS)).status).toBe(200)
    expect((await ask(JWKS)).status).toBe(prefix === '' ? 200 : 404)
    // core finds it by nothing but the issuer
    const authenticator = createAuthenticator({ issuer: origin + path, audience: AUDIENCE, now: clock.now })
    const { token } = await issuer.accessToken(INPUT)
    expect((await authenticator.authenticateToken(token)).type).toBe('authenticated')
  })

  it('with a shared secret name no key set, and there is none', async () => {
    const secret = 'Xq2vK9wZ4mB7nL1pR8tY5uH3gF6dS0aJ'
    const { ask, origin } = await start('', { algorithm: 'HS256', secret, store: undefined })
    expect(await (await ask(METADATA)).json()).toEqual({ issuer: origin, response_types_supported: [] })
    expect((await ask(JWKS)).status).toBe(404)
  })

  it('are not found under another spelling', async () => {
    const { ask } = await start()
    for (const path of ['/.well-known/JWKS.json', `${JWKS}/`, '/.well-known/jwks%2ejson', `/${JWKS}`])
      expect((await ask(path)).status).toBe(404)
    expect((await ask(`${JWKS}?x=1`)).status).toBe(200)
  })
})
