import { jwtAuth } from '@countersign/hono'
import { Hono, type Handler } from 'hono'
import { cors } from 'hono/cors'
import { describe, expect, it } from 'vitest'
import { bearer, codeOf, hosts, idp, options } from './support/serve.ts'

const ORIGIN = 'https://app.test'
const cookieOptions = { ...options, cookie: true, origin: ORIGIN }
const cookie = { cookie: await idp.cookie() }
const mine: Handler = (c) => c.text('mine')

describe.each(hosts)('%s: the answer of a handler', (_name, host) => {
  it.each<[string, Handler, string]>([
    ['made by the context', mine, 'mine'],
    ['a Response of its own', () => new Response('mine'), 'mine'],
    ['one whose headers cannot be changed', () => Response.redirect(`${ORIGIN}/`, 302), `${ORIGIN}/`],
    ['a stream', () => new Response(new Blob(['mine']).stream()), 'mine'],
  ])('[E6] to a request by cookie is kept out of caches: %s', async (_what, handler, expected) => {
    const app = new Hono()
    app.use(jwtAuth(cookieOptions))
    app.get('/', handler)
    const response = await (await host(app))('/', { headers: cookie })
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.get('vary')).toBe('Cookie')
    expect([await response.text(), response.headers.get('location')]).toContain(expected)
  })

  it.each<[string, Handler]>([
    [
      'made by the context',
      (c) => c.text('mine', 200, { 'Cache-Control': 'private, max-age=5', Vary: 'Accept' }),
    ],
    [
      'a Response of its own',
      () => new Response('mine', { headers: { 'Cache-Control': 'private, max-age=5', Vary: 'Accept' } }),
    ],
  ])('[E6] keeps its own Cache-Control, and adds to Vary: %s', async (_what, handler) => {
    const app = new Hono()
    app.use(jwtAuth(cookieOptions))
    app.get('/', handler)
    const response = await (await host(app))('/', { headers: cookie })
    expect(response.headers.get('cache-control')).toBe('private, max-age=5')
    expect(response.headers.get('vary')).toBe('Accept, Cookie')
  })

  it('to a request by header is left alone', async () => {
    const app = new Hono()
    app.use(jwtAuth(options))
    app.get('/', mine)
    const response = await (await host(app))('/', { headers: await bearer() })
    expect(response.headers.get('cache-control')).toBeNull()
    expect(response.headers.get('vary')).toBeNull()
  })
})

it('the answer to a WebSocket upgrade is left as the runtime made it', async () => {
  // no Response can be made with this status outside of such runtimes
  const upgrade = Object.defineProperty(new Response(), 'status', { value: 101 })
  const app = new Hono()
  app.use(jwtAuth(cookieOptions))
  app.get('/', () => upgrade)
  expect(await app.request('/', { headers: cookie })).toBe(upgrade)
})

const preflight = {
  method: 'OPTIONS',
  headers: {
    origin: ORIGIN,
    'access-control-request-method': 'GET',
    'access-control-request-headers': 'authorization',
  },
}

describe.each(hosts)('%s: OPTIONS and the cors middleware of Hono', (_name, host) => {
  it('[D3] a preflight is answered by cors() before jwtAuth(), without credentials', async () => {
    const app = new Hono()
    app.use(cors({ origin: ORIGIN }), jwtAuth(options))
    app.get('/me', mine)
    const ask = await host(app)
    const response = await ask('/me', preflight)
    expect(response.status).toBe(204)
    expect(response.headers.get('access-control-allow-origin')).toBe(ORIGIN)
    expect(response.headers.get('access-control-allow-headers')).toBe('authorization')
    const got = await ask('/me', { headers: { origin: ORIGIN, ...(await bearer()) } })
    expect(await got.text()).toBe('mine')
    expect(got.headers.get('access-control-allow-origin')).toBe(ORIGIN)
  })

  it.each(['respond', 'throw'] as const)(
    '[D3] a refusal keeps the headers of cors(), so that the page can read it (%s)',
    async (onRefused) => {
      const app = new Hono()
      app.use(cors({ origin: ORIGIN }), jwtAuth({ ...options, onRefused }))
      const response = await (await host(app))('/me', { headers: { origin: ORIGIN } })
      expect(response.status).toBe(401)
      expect(response.headers.get('access-control-allow-origin')).toBe(ORIGIN)
      expect(response.headers.get('www-authenticate')).toBe('Bearer')
    },
  )

  it('[D3] no OPTIONS gets past jwtAuth() for its headers', async () => {
    const app = new Hono()
    app.use(jwtAuth(options))
    app.options('/me', mine)
    app.all('/all', mine)
    const ask = await host(app)
    for (const path of ['/me', '/all', '/nothing']) {
      const response = await ask(path, preflight)
      expect([path, response.status, await codeOf(response)]).toEqual([path, 401, 'credential_missing'])
    }
    const admitted = await ask('/me', {
      ...preflight,
      headers: { ...preflight.headers, ...(await bearer()) },
    })
    expect(await admitted.text()).toBe('mine')
  })
})
