import { jwtAuth, requireScopes } from '@countersign/hono'
import '@countersign/hono/global'
import { Hono, type Handler } from 'hono'
import { describe, expect, it } from 'vitest'
import { bearer, codeOf, idp, options } from '../../../test/support/adapters.ts'
import { hosts } from './support/serve.ts'

const subject: Handler = (c) => c.json({ subject: c.var.auth?.subject ?? null })

describe.each(hosts)('%s: where jwtAuth() stands', (_name, host) => {
  it('protects a path, and only that', async () => {
    const app = new Hono()
    app.use('/api/*', jwtAuth(options))
    app.get('/api/me', subject)
    app.get('/me', subject)
    const ask = await host(app)
    expect((await ask('/api/me')).status).toBe(401)
    expect((await ask('/api')).status).toBe(401)
    expect((await ask('/api/me', { headers: await bearer() })).status).toBe(200)
    expect((await ask('/me')).status).toBe(200)
  })

  it('protects a sub-application by app.route, its own middleware or that of its parent', async () => {
    const own = new Hono()
    own.use(jwtAuth(options))
    own.get('/me', subject)
    const plain = new Hono()
    plain.get('/me', requireScopes('a'), subject)
    const app = new Hono()
    app.route('/own', own)
    app.use('/plain/*', jwtAuth(options))
    app.route('/plain', plain)
    app.get('/me', subject)
    const ask = await host(app)
    expect((await ask('/own/me')).status).toBe(401)
    expect(await (await ask('/own/me', { headers: await bearer() })).json()).toEqual({ subject: 'user-1' })
    expect(await codeOf(await ask('/plain/me'))).toBe('credential_missing')
    expect(await codeOf(await ask('/plain/me', { headers: await bearer() }))).toBe('scope_insufficient')
    expect((await ask('/plain/me', { headers: await bearer({ scope: 'a' }) })).status).toBe(200)
    expect((await ask('/me')).status).toBe(200)
  })

  it('protects a mounted application, whose guards need a jwtAuth() of their own', async () => {
    const inner = new Hono()
    inner.get('/open', (c) => c.text('inner'))
    inner.get('/guarded', requireScopes('a'), (c) => c.text('let in'))
    const app = new Hono()
    app.use(jwtAuth(options))
    app.mount('/inner', inner.fetch)
    const ask = await host(app)
    expect((await ask('/inner/open')).status).toBe(401)
    expect(await (await ask('/inner/open', { headers: await bearer() })).text()).toBe('inner')
    const guarded = await ask('/inner/guarded', { headers: await bearer({ scope: 'a' }) })
    expect(await codeOf(guarded)).toBe('authenticator_missing')
  })

  it('protects a single route, and guards it', async () => {
    const app = new Hono()
    app.get('/me', jwtAuth(options), subject)
    app.get('/orders', jwtAuth(options), requireScopes('orders:read'), subject)
    app.get('/other', subject)
    const ask = await host(app)
    expect((await ask('/me')).status).toBe(401)
    expect((await ask('/me', { headers: await bearer() })).status).toBe(200)
    expect(await codeOf(await ask('/orders', { headers: await bearer() }))).toBe('scope_insufficient')
    expect((await ask('/orders', { headers: await bearer({ scope: 'orders:read' }) })).status).toBe(200)
    expect((await ask('/other')).status).toBe(200)
  })

  it('[D5] protects whatever the router takes for a path: no spelling is public', async () => {
    const app = new Hono({ strict: false })
    app.get('/health', subject)
    app.use(jwtAuth(options))
    app.get('/me', subject)
    const ask = await host(app)
    const paths = ['/me', '/me/', '/ME', '/%6de', '/me;a', '/me%2f', '/me.js', '/health/../me', '/me?/health']
    for (const path of paths) expect([path, (await ask(path)).status]).toEqual([path, 401])
  })

  it('reads a token from the query of the whole address, also in a sub-application', async () => {
    const app = new Hono()
    const api = new Hono()
    api.use(jwtAuth({ ...options, dangerouslyReadQuery: 'token' }))
    api.get('/me', subject)
    app.route('/api', api)
    const response = await (await host(app))(`/api/me?token=${await idp.token()}`)
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(await response.json()).toEqual({ subject: 'user-1' })
  })
})

describe('the request', () => {
  const app = new Hono()
  app.use(jwtAuth({ ...options, cookie: true, origin: 'https://app.test' }))
  app.all('/me', subject)

  it('of the web is judged by its own headers, whatever bindings the environment has', async () => {
    const env = { incoming: 'a binding of that name', KV: {} }
    expect((await app.request('/me', { headers: await bearer() }, env)).status).toBe(200)
    expect((await app.request('/me', {}, env)).status).toBe(401)
  })

  it('names its middlewares, for route lists', () => {
    const listed = new Hono()
    listed.use(jwtAuth(options), requireScopes('a'))
    expect(listed.routes.map(({ handler }) => handler.name)).toEqual([
      'jwtAuthMiddleware',
      'authorizeMiddleware',
    ])
  })
})
