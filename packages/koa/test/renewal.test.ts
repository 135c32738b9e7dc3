import { jwtAuth, sessionRenewal } from '@countersign/koa'
import type { RouteHandler } from '@countersign/core/adapter'
import mount from 'koa-mount'
import { describe, expect, it } from 'vitest'
import { bearer, errorsOf, options, releases, serve } from './support/serve.ts'

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

describe.each(releases)('%s: renewal', (_name, Koa) => {
  it('answers ahead of jwtAuth(), keeps the cookies of others, and leaves the rest to the application', async () => {
    const app = new Koa()
    app.use((ctx, next) => {
      ctx.append('Set-Cookie', 'theme=dark')
      return next()
    })
    app.use(sessionRenewal(sessions)).use(jwtAuth(options))
    app.use((ctx) => void (ctx.body = 'page'))
    const ask = await serve(app)
    const response = await ask('/page?a=1', expired)
    expect([response.status, response.headers.get('location')]).toEqual([303, '/page?a=1'])
    expect(response.headers.getSetCookie()).toEqual(['theme=dark', 'a=1', 'b=2'])
    expect((await ask('/page')).status).toBe(401)
    expect(await (await ask('/page', { headers: await bearer() })).text()).toBe('page')
  })

  it('below a mount sends to the whole address', async () => {
    const app = new Koa().use(mount('/app', new Koa().use(sessionRenewal(sessions))))
    const response = await (await serve(app))('/app/page', expired)
    expect([response.headers.get('location'), response.headers.get('x-path')]).toEqual(['/app/page', '/page'])
  })

  it("hands what fails to the application's error channel", async () => {
    const app = new Koa().use(sessionRenewal(failing))
    const errors = errorsOf(app)
    expect((await (await serve(app))('/')).status).toBe(500)
    expect(errors).toMatchObject([{ cause }])
  })
})
