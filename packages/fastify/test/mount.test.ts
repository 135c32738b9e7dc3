import { jwtAuth, mount } from '@countersign/fastify'
import type { RouteHandler } from '@countersign/core/adapter'
import fastify from 'fastify'
import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { options } from '../../../test/support/adapters.ts'
import { echo, post, read } from '../../../test/support/echo.ts'
import { serve } from './support/serve.ts'

describe('mounted routes', () => {
  it('are found below any prefix', async () => {
    const app = fastify()
    app.register(mount(echo('hello')), { prefix: '/:tenant/auth' })
    const ask = await serve(app)
    const answer = {
      greeting: 'hello',
      path: '/echo/a%2Fb',
      method: 'POST',
      url: '/acme/auth/echo/a%2Fb?x',
      ip: '127.0.0.1',
      read,
    }
    expect(await (await ask('/acme/auth/echo/a%2Fb?x', post)).json()).toEqual(answer)
  })

  it('are exact, however the router compares', async () => {
    const routerOptions = { caseSensitive: false, ignoreTrailingSlash: true, ignoreDuplicateSlashes: true }
    const app = fastify({ routerOptions })
    app.register(mount(echo('hello')), { prefix: '/auth' })
    const ask = await serve(app)
    expect((await ask('/auth/echo/a', post)).status).toBe(200)
    for (const path of [
      '/auth/ECHO/a',
      '/AUTH/echo/a',
      '/auth/echo/a/',
      '/auth//echo/a',
      '/auth/%65cho/a',
      '/%61uth/echo/a',
    ])
      expect((await ask(path, post)).status).toBe(404)
  })

  it('are public where the scope above is protected, and open nothing else', async () => {
    const app = fastify()
    await app.register(jwtAuth(options))
    app.register(mount(echo('hello')), { prefix: '/auth' })
    app.register(mount(echo('hello')))
    app.get('/mine', () => 'mine')
    const ask = await serve(app)
    expect((await ask('/auth/echo/a')).status).toBe(200)
    expect((await ask('/echo/a')).status).toBe(200)
    for (const path of ['/mine', '/auth/mine', '/auth']) expect((await ask(path)).status).toBe(401)
  })

  it('keep their way with bodies to themselves', async () => {
    const app = fastify()
    app.register(mount(echo('hello')), { prefix: '/auth' })
    app.post('/mine', ({ body, headers }) => ({ body, type: headers['content-type'] }))
    const ask = await serve(app)
    const mine = await ask('/mine', post)
    expect(await mine.json()).toEqual({ body: { a: 1 }, type: 'application/json' })
    expect((await ask('/mine', { ...post, headers: { 'content-type': 'a/b' } })).status).toBe(415)
  })

  it('read bodies past the parsers of the application', async () => {
    const app = fastify()
    for (const type of ['*', 'application/octet-stream', /^application/])
      app.addContentTypeParser(type, { parseAs: 'string' }, (_request, _body, done) => done(null, 'parsed'))
    app.register(mount(echo('hello')), { prefix: '/auth' })
    expect(await (await (await serve(app))('/auth/echo/a', post)).json()).toMatchObject({ read })
  })

  it('run the hooks of the application, and read what these make of the body', async () => {
    const app = fastify()
    const ran: string[] = []
    app.addHook('preHandler', async ({ url }) => void ran.push(url))
    app.addHook('preParsing', async (_request, _reply, payload) => {
      payload.resume()
      return new PassThrough().end('{"b":2}')
    })
    app.register(mount(echo('hello')), { prefix: '/auth' })
    const ask = await serve(app)
    expect(await (await ask('/auth/echo/a', post)).json()).toMatchObject({
      read: { type: 'json', value: { b: 2 } },
    })
    expect(ran).toEqual(['/auth/echo/a'])
  })

  it('keep the cookies of hooks, and of middleware below', async () => {
    const app = fastify()
    app.addHook('onRequest', async (_request, reply) => {
      reply.raw.setHeader('Set-Cookie', ['raw=1', 'raw=2']).setHeader('Vary', 'Accept')
      reply.header('Set-Cookie', 'hook=1').header('Vary', 'Origin')
    })
    app.register(mount(echo('hello')))
    const { headers } = await (await serve(app))('/echo/a')
    expect(headers.getSetCookie()).toEqual(['raw=1', 'raw=2', 'hook=1', 'ours=1'])
    expect(headers.get('vary')).toBe('Accept, Origin, Cookie')
  })

  it('know the address that the application trusts', async () => {
    const app = fastify({ trustProxy: true })
    app.register(mount(echo('hello')))
    const ask = await serve(app)
    const headers = { 'x-forwarded-for': '203.0.113.7' }
    expect(await (await ask('/echo/a', { headers })).json()).toMatchObject({ ip: '203.0.113.7' })
  })

  it('ask a handler for all requests in the scope that registers it, and in those below', async () => {
    const redirecting: RouteHandler = {
      routes: 'all',
      handle: ({ view, ip }) => ({
        status: 303,
        headers: [
          ['Location', view.url()],
          ['X-Ip', String(ip)],
        ],
        body: undefined,
      }),
    }
    const app = fastify({ trustProxy: true })
    app.get('/outside', () => 'outside')
    app.register(
      async (scope) => {
        scope.register(mount(redirecting))
        scope.get('/page', () => 'page')
        scope.register(async (below) => void below.get('/below', () => 'below'))
      },
      { prefix: '/app' },
    )
    const ask = await serve(app)
    expect(await (await ask('/outside')).text()).toBe('outside')
    const headers = { 'x-forwarded-for': '203.0.113.7' }
    for (const path of ['/app/page', '/app/below']) {
      const response = await ask(path, { headers, redirect: 'manual' })
      expect([response.headers.get('location'), response.headers.get('x-ip')]).toEqual([path, '203.0.113.7'])
    }
  })

  it('take nothing but a handler', () => {
    expect(() => mount({ routes: () => [] } as never)).toThrow('"handler" must be a route handler, such as sessions.routes(')
  })
})
