import { jwtAuth, requireScopes } from '@countersign/koa'
import '@countersign/koa/global'
import { Router } from '@koa/router'
import type { Middleware } from 'koa'
import mount from 'koa-mount'
import { describe, expect, it } from 'vitest'
import { bearer, codeOf, idp, options } from '../../../test/support/adapters.ts'
import { releases, serve } from './support/serve.ts'

const subject: Middleware = (ctx) => {
  ctx.body = { subject: ctx.state.auth?.subject ?? null }
}

describe.each(releases)('%s: where jwtAuth() stands', (_name, Koa) => {
  it('protects a router, and only that', async () => {
    const app = new Koa()
    const api = new Router({ prefix: '/api' }).use(jwtAuth(options)).get('/me', subject)
    const open = new Router().get('/me', subject)
    app.use(api.routes()).use(open.routes())
    const ask = await serve(app)
    expect((await ask('/api/me')).status).toBe(401)
    expect((await ask('/api/me', { headers: await bearer() })).status).toBe(200)
    expect((await ask('/me')).status).toBe(200)
  })

  it('protects a single route, and guards it', async () => {
    const app = new Koa()
    const router = new Router()
      .get('/me', jwtAuth(options), subject)
      .get('/orders', jwtAuth(options), requireScopes('orders:read'), subject)
      .get('/other', subject)
    app.use(router.routes())
    const ask = await serve(app)
    expect((await ask('/me')).status).toBe(401)
    expect((await ask('/me', { headers: await bearer() })).status).toBe(200)
    expect(await codeOf(await ask('/orders', { headers: await bearer() }))).toBe('scope_insufficient')
    expect((await ask('/orders', { headers: await bearer({ scope: 'orders:read' }) })).status).toBe(200)
    expect((await ask('/other')).status).toBe(200)
  })

  it('[D5] protects a mounted application in every spelling that koa-mount takes for its prefix', async () => {
    const app = new Koa()
    const api = new Koa()
    api.use(jwtAuth(options)).use(subject)
    app.use(mount('/api', api))
    const ask = await serve(app)
    for (const path of ['/api', '/api/', '/api//x', '/api/%61', '/api/../api/x', '/api/x?y=/api']) {
      expect([path, (await ask(path)).status]).toEqual([path, 401])
    }
    expect((await ask('/api/x', { headers: await bearer() })).status).toBe(200)
  })

  it('reads a token from the query of the whole address, not of what a mount path leaves', async () => {
    const app = new Koa()
    app.use((ctx, next) => {
      ctx.url = '/rewritten'
      return next()
    })
    app.use(jwtAuth({ ...options, dangerouslyReadQuery: 'token' })).use(subject)
    const ask = await serve(app)
    const response = await ask(`/api/me?token=${await idp.token()}`)
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(await response.json()).toEqual({ subject: 'user-1' })
  })

  it('names its middlewares, for stack traces and route lists', () => {
    expect(jwtAuth(options).name).toBe('jwtAuthMiddleware')
    expect(requireScopes('a').name).toBe('authorizeMiddleware')
  })
})
