import { jwtAuth, sessionRenewal } from '@countersign/hono'
import type { RouteHandler } from '@countersign/core/adapter'
import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { bearer, hosts, options } from './support/serve.ts'

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

describe.each(hosts)('%s: renewal', (_name, host) => {
  it('answers ahead of jwtAuth(), keeps the cookies of others, and leaves the rest to the application', async () => {
    const app = new Hono()
    app.use((c, next) => {
      c.header('Set-Cookie', 'theme=dark', { append: true })
      return next()
    })
    app.use(sessionRenewal(sessions))
    app.use(jwtAuth(options))
    app.get('/page', (c) => c.text('page'))
    const ask = await host(app)
    const response = await ask('/page?a=1', expired)
    expect([response.status, response.headers.get('location')]).toEqual([303, '/page?a=1'])
    expect(response.headers.getSetCookie()).toEqual(['theme=dark', 'a=1', 'b=2'])
    expect((await ask('/page')).status).toBe(401)
    expect(await (await ask('/page', { headers: await bearer() })).text()).toBe('page')
  })

  it('below a mount sends to the whole address', async () => {
    const inner = new Hono().use(sessionRenewal(sessions))
    const response = await (await host(new Hono().route('/app', inner)))('/app/page', expired)
    expect(response.headers.get('location')).toBe('/app/page')
  })

  it('leaves the body to the handler', async () => {
    const app = new Hono().use(sessionRenewal(sessions))
    app.post('/page', async (c) => c.text(await c.req.text()))
    const response = await (await host(app))('/page', { method: 'POST', body: 'text', ...expired })
    expect(await response.text()).toBe('text')
  })

  it('hands what fails to onError', async () => {
    const app = new Hono().use(sessionRenewal(failing))
    const errors: unknown[] = []
    app.onError((error, c) => {
      errors.push(error)
      return c.text('failed', 500)
    })
    expect((await (await host(app))('/')).status).toBe(500)
    expect(errors).toMatchObject([{ cause }])
  })
})
