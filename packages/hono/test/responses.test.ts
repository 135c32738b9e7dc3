import { jwtAuth } from '@countersign/hono'
import { Hono, type Handler } from 'hono'
import { describe, expect, it } from 'vitest'
import { idp, options } from '../../../test/support/adapters.ts'
import { hosts } from './support/serve.ts'

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
})

it('the answer to a WebSocket upgrade is left as the runtime made it', async () => {
  // no Response can be made with this status outside of such runtimes
  const upgrade = Object.defineProperty(new Response(), 'status', { value: 101 })
  const app = new Hono()
  app.use(jwtAuth(cookieOptions))
  app.get('/', () => upgrade)
  expect(await app.request('/', { headers: cookie })).toBe(upgrade)
})
