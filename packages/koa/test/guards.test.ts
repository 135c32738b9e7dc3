import { authorize, jwtAuth, requireRoles, requireScopes, scope } from '@countersign/koa'
import type Koa from 'koa'
import { describe, expect, it } from 'vitest'
import { bearer, codeOf, options, releases, serve } from './support/serve.ts'

const letIn: Koa.Middleware = (ctx) => {
  ctx.body = 'let in'
}

describe.each(releases)('%s: guards', (_name, Koa) => {
  it.each([
    ['authorize', authorize(scope('a'))],
    ['requireScopes', requireScopes('a')],
    ['requireRoles', requireRoles('a')],
  ])('%s without an authenticator is closed, and tells the developer', async (_guard, guard) => {
    const app = new Koa()
    let ran = false
    app.use(guard).use((ctx) => {
      ran = true
      return letIn(ctx, async () => undefined)
    })
    const ask = await serve(app)
    const response = await ask('/', { headers: await bearer({ scope: 'a', roles: ['a'] }) })
    expect(response.status).toBe(500)
    expect(await response.json()).toMatchObject({
      code: 'authenticator_missing',
      detail: expect.stringContaining('jwtAuth()') as string,
    })
    expect(ran).toBe(false)
  })

  it('are closed where jwtAuth() stands after them', async () => {
    const app = new Koa()
    app.use(requireScopes('a')).use(jwtAuth(options)).use(letIn)
    const ask = await serve(app)
    expect(await codeOf(await ask('/', { headers: await bearer({ scope: 'a' }) }))).toBe(
      'authenticator_missing',
    )
  })

  it.each([
    ['two arguments', requireScopes('a', 'b')],
    ['one text', requireScopes('a b')],
  ])('[C9] requireScopes asks for all that it is given, as %s', async (_spelling, guard) => {
    const app = new Koa()
    app.use(jwtAuth(options)).use(guard).use(letIn)
    const ask = await serve(app)
    expect((await ask('/', { headers: await bearer({ scope: 'a' }) })).status).toBe(403)
    expect((await ask('/', { headers: await bearer({ scope: 'b' }) })).status).toBe(403)
    expect((await ask('/', { headers: await bearer({ scope: 'b a' }) })).status).toBe(200)
  })

  it('stand one behind the other, each with its word', async () => {
    const app = new Koa()
    app.use(jwtAuth(options)).use(requireScopes('a')).use(requireRoles('b')).use(letIn)
    const ask = await serve(app)
    const refused = await ask('/', { headers: await bearer() })
    expect(refused.headers.get('www-authenticate')).toContain('scope="a"')
    expect(await codeOf(refused)).toBe('scope_insufficient')
    expect(await codeOf(await ask('/', { headers: await bearer({ scope: 'a' }) }))).toBe('role_insufficient')
    expect((await ask('/', { headers: await bearer({ scope: 'a', roles: ['b'] }) })).status).toBe(200)
  })

  it('ask an anonymous request for a credential', async () => {
    const app = new Koa()
    app.use(jwtAuth({ ...options, optional: true, realm: 'orders' }))
    app.use((ctx, next) => (ctx.path === '/mine' ? requireScopes('a')(ctx as never, next) : next()))
    app.use(letIn)
    const ask = await serve(app)
    expect(await (await ask('/')).text()).toBe('let in')
    const response = await ask('/mine')
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toBe('Bearer realm="orders"')
  })

  it('[D2] do not take a bad token for an anonymous request', async () => {
    const app = new Koa()
    app.use(jwtAuth({ ...options, optional: true })).use(letIn)
    const ask = await serve(app)
    expect(await codeOf(await ask('/', { headers: { authorization: 'Bearer x.y.z' } }))).toBe(
      'token_malformed',
    )
  })

  it('refuse at start what is no requirement', () => {
    expect(() => authorize('admin' as never)).toThrow('needs requirements')
    expect(() => (requireScopes as () => unknown)()).toThrow('needs the names of one or more scopes')
    expect(() => (requireRoles as () => unknown)()).toThrow('needs the names of one or more roles')
  })
})
