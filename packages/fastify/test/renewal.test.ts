import { jwtAuth, sessionRenewal } from '@countersign/fastify'
import type { RouteHandler } from '@countersign/core/adapter'
import fastify from 'fastify'
import { describe, expect, it } from 'vitest'
import { bearer, options, serve } from './support/serve.ts'

/** Sends every GET that asks for it to where it is. */
const renewal: RouteHandler = {
  routes: [],
  async handle({ view, path, ip }) {
    if (view.method !== 'GET' || view.header('x-expired').length === 0) return undefined
    const headers = {
      Location: view.url(),
      'X-Path': path,
      'X-Ip': ip ?? 'unknown',
      'Set-Cookie': ['a=1', 'b=2'],
    }
    return { status: 303, headers, body: undefined }
  },
}
const sessions = { renewal: () => renewal }
const expired = { headers: { 'x-expired': '1' } }
const cause = new Error('the store is down')
const failing = { renewal: () => ({ routes: [], handle: () => Promise.reject(cause) }) }

describe('renewal', () => {
  it('answers ahead of jwtAuth(), keeps the cookies of others, and leaves the rest to the application', async () => {
    const app = fastify()
    app.addHook('onRequest', async (_request, reply) => void reply.header('Set-Cookie', 'theme=dark'))
    app.register(sessionRenewal(sessions))
    app.register(jwtAuth(options))
    app.get('/page', () => 'page')
    const ask = await serve(app)
    const response = await ask('/page?a=1', expired)
    expect([response.status, response.headers.get('location')]).toEqual([303, '/page?a=1'])
    expect(response.headers.getSetCookie()).toEqual(['theme=dark', 'a=1', 'b=2'])
    expect((await ask('/page')).status).toBe(401)
    expect(await (await ask('/page', { headers: await bearer() })).text()).toBe('page')
  })

  it('is for the scope that registers it, and for those below', async () => {
    const app = fastify()
    app.get('/outside', () => 'outside')
    app.register(
      async (scope) => {
        scope.register(sessionRenewal(sessions))
        scope.get('/page', () => 'page')
        scope.register(async (below) => void below.get('/below', () => 'below'))
      },
      { prefix: '/app' },
    )
    const ask = await serve(app)
    expect(await (await ask('/outside', expired)).text()).toBe('outside')
    for (const path of ['/app/page', '/app/below'])
      expect((await ask(path, expired)).headers.get('location')).toBe(path)
  })

  it('leaves the body to the handler, and knows the address that the application trusts', async () => {
    const app = fastify({ trustProxy: true })
    app.register(sessionRenewal(sessions))
    app.post('/page', (request) => request.body)
    const ask = await serve(app)
    const json = { 'content-type': 'application/json', ...expired.headers }
    expect(await (await ask('/page', { method: 'POST', body: '{"a":1}', headers: json })).json()).toEqual({
      a: 1,
    })
    const headers = { ...expired.headers, 'x-forwarded-for': '203.0.113.7' }
    expect((await ask('/page', { headers })).headers.get('x-ip')).toBe('203.0.113.7')
  })

  it('hands what fails to the error handler', async () => {
    const app = fastify()
    const errors: unknown[] = []
    app.setErrorHandler((error, _request, reply) => {
      errors.push(error)
      return reply.code(503).send()
    })
    app.register(sessionRenewal(failing))
    app.get('/', () => '')
    expect((await (await serve(app))('/')).status).toBe(503)
    expect(errors).toMatchObject([{ cause }])
  })
})
