import { mount } from '@countersign/hono'
import type { RouteHandler } from '@countersign/core/adapter'
import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { echo, post, read } from '../../../test/support/echo.ts'
import { hosts } from './support/serve.ts'

describe.each(hosts)('%s: mounted routes', (name, host) => {
  it('are found below any path', async () => {
    const app = new Hono().basePath('/api')
    app.route('/:tenant/auth', mount(echo('hello')))
    const ask = await host(app)
    const response = await ask('/api/acme/auth/echo/a%2Fb?x', post)
    expect(await response.json()).toEqual({
      greeting: 'hello',
      path: '/echo/a%2Fb',
      method: 'POST',
      url: '/api/acme/auth/echo/a%2Fb?x',
      ...(name === 'Hono on Node' ? { ip: '127.0.0.1' } : {}),
      read,
    })
    for (const path of ['/api/acme/auth/%65cho/a', '/api/acme/%61uth/echo/a', '/api/acme/auth//echo/a'])
      expect((await ask(path, post)).status).toBe(404)
  })

  it('keep the cookies of middleware, however it has set them', async () => {
    const app = new Hono()
    app.use(async (c, next) => {
      c.header('Set-Cookie', 'first=1', { append: true })
      c.res.headers.append('Set-Cookie', 'second=2')
      c.header('Vary', 'Origin')
      await next()
      c.header('Set-Cookie', 'last=3', { append: true })
    })
    app.route('/', mount(echo('hello')))
    const ask = await host(app)
    const { headers } = await ask('/echo/1')
    expect(headers.getSetCookie()).toEqual(['first=1', 'second=2', 'ours=1', 'last=3'])
    expect([headers.get('vary'), headers.get('content-type')]).toEqual(['Origin, Cookie', 'application/json'])
  })

  it('read what middleware has read before', async () => {
    for (const how of ['json', 'text', 'arrayBuffer', 'blob'] as const) {
      const app = new Hono()
      app.use(async (c, next) => {
        await c.req[how]()
        await next()
      })
      app.route('/', mount(echo('hello')))
      expect(await (await (await host(app))('/echo/1', post)).json()).toMatchObject({ read })
    }
  })

  it('answer 500 where middleware has read the body past Hono, since it is lost', async () => {
    const app = new Hono()
    app.use(async (c, next) => {
      await c.req.raw.text()
      await next()
    })
    const errors: unknown[] = []
    app.onError((error, c) => {
      errors.push(error)
      return c.text('failed', 500)
    })
    app.route('/', mount(echo('hello')))
    expect((await (await host(app))('/echo/1', post)).status).toBe(500)
    expect(errors).toHaveLength(1)
  })

  it('ask a handler for all requests below the path that it is mounted at, with the whole path', async () => {
    const redirecting: RouteHandler = {
      routes: 'all',
      handle: ({ view, path }) =>
        view.method === 'GET' ? { status: 303, headers: [['Location', view.url()]], body: path } : undefined,
    }
    const inner = new Hono().route('/', mount(redirecting))
    inner.post('/page', async (c) => c.text(await c.req.text()))
    const app = new Hono().route('/app', inner)
    app.get('/outside', (c) => c.text('outside'))
    const ask = await host(app)
    const response = await ask('/app/page', { redirect: 'manual' })
    expect([response.headers.get('location'), await response.text()]).toEqual(['/app/page', '/app/page'])
    expect(await (await ask('/app/page', { method: 'POST', body: 'text' })).text()).toBe('text')
    expect(await (await ask('/outside')).text()).toBe('outside')
  })

  it('take nothing but a handler', () => {
    expect(() => mount({ routes: () => [] } as never)).toThrow('"handler" must be a route handler, such as sessions.routes(')
  })
})
