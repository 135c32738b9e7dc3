import { issuerRoutes, jwtAuth, sessionRoutes } from '@countersign/fastify'
import type { RouteHandler } from '@countersign/core/adapter'
import fastify from 'fastify'
import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { options, serve } from './support/serve.ts'

/** Answers with what it was given, and a cookie. */
const echo: RouteHandler = {
  routes: [
    { method: 'GET', path: '/echo/:id' },
    { method: 'POST', path: '/echo/:id' },
  ],
  async handle({ path, view, ip, readJson }) {
    if (!/^\/echo\/[^/]+$/.test(path)) return undefined
    const answer = { path, method: view.method, url: view.url(), ip, read: await readJson() }
    const headers = { 'Content-Type': 'application/json', 'Set-Cookie': 'ours=1', Vary: 'Cookie' }
    return { status: 200, headers, body: JSON.stringify(answer) }
  },
}
const sessions = { routes: () => echo }
const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"a":1}' }
const read = { type: 'json', value: { a: 1 } }

describe('mounted routes', () => {
  it('are found below any prefix', async () => {
    const app = fastify()
    app.register(sessionRoutes(sessions, {}), { prefix: '/:tenant/auth' })
    const ask = await serve(app)
    const answer = {
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
    app.register(sessionRoutes(sessions, {}), { prefix: '/auth' })
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
    app.register(sessionRoutes(sessions, {}), { prefix: '/auth' })
    app.register(issuerRoutes(sessions))
    app.get('/mine', () => 'mine')
    const ask = await serve(app)
    expect((await ask('/auth/echo/a')).status).toBe(200)
    expect((await ask('/echo/a')).status).toBe(200)
    for (const path of ['/mine', '/auth/mine', '/auth']) expect((await ask(path)).status).toBe(401)
  })

  it('keep their way with bodies to themselves', async () => {
    const app = fastify()
    app.register(sessionRoutes(sessions, {}), { prefix: '/auth' })
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
    app.register(sessionRoutes(sessions, {}), { prefix: '/auth' })
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
    app.register(sessionRoutes(sessions, {}), { prefix: '/auth' })
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
    app.register(issuerRoutes(sessions))
    const { headers } = await (await serve(app))('/echo/a')
    expect(headers.getSetCookie()).toEqual(['raw=1', 'raw=2', 'hook=1', 'ours=1'])
    expect(headers.get('vary')).toBe('Accept, Origin, Cookie')
  })

  it('leave an answer alone that somebody else has sent', async () => {
    const app = fastify()
    app.addHook('preHandler', (_request, reply, done) => {
      done()
      reply.code(503).send('time-out')
    })
    app.register(issuerRoutes(sessions))
    const response = await (await serve(app))('/echo/a')
    expect([response.status, await response.text()]).toEqual([503, 'time-out'])
    expect(response.headers.get('set-cookie')).toBeNull()
  })

  it('know the address that the application trusts', async () => {
    const app = fastify({ trustProxy: true })
    app.register(issuerRoutes(sessions))
    const ask = await serve(app)
    const headers = { 'x-forwarded-for': '203.0.113.7' }
    expect(await (await ask('/echo/a', { headers })).json()).toMatchObject({ ip: '203.0.113.7' })
  })

  it('hand what fails to the error handler, with its cause', async () => {
    const cause = new Error('the store is down')
    const failing = { routes: [{ method: 'GET', path: '/a' }], handle: () => Promise.reject(cause) }
    const app = fastify()
    const errors: unknown[] = []
    app.setErrorHandler((error, _request, reply) => {
      errors.push(error)
      return reply.code(503).send()
    })
    app.register(sessionRoutes({ routes: () => failing }, {}))
    expect((await (await serve(app))('/a')).status).toBe(503)
    expect(errors).toMatchObject([{ statusCode: 500, cause }])
  })
})
