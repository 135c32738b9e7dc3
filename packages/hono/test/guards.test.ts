import { authorize, jwtAuth, requireRoles, requireScopes, scope } from '@countersign/hono'
import { Hono, type Handler } from 'hono'
import { describe, expect, it } from 'vitest'
import { bearer, codeOf, hosts, options } from './support/serve.ts'

const letIn: Handler = (c) => c.text('let in')

describe.each(hosts)('%s: guards', (_name, host) => {
  it.each([
    ['authorize', authorize(scope('a'))],
    ['requireScopes', requireScopes('a')],
    ['requireRoles', requireRoles('a')],
  ])('%s without an authenticator is closed, and tells the developer', async (_guard, guard) => {
    const app = new Hono()
    let ran = false
    app.get('/', guard, (c) => {
      ran = true
      return c.text('let in')
    })
    const response = await (await host(app))('/', { headers: await bearer({ scope: 'a', roles: ['a'] }) })
    expect(response.status).toBe(500)
    expect(await response.json()).toMatchObject({
      code: 'authenticator_missing',
      detail: expect.stringContaining('jwtAuth()') as string,
    })
    expect(ran).toBe(false)
  })

  it('are closed where jwtAuth() stands after them', async () => {
    const app = new Hono()
    app.get('/', requireScopes('a'), jwtAuth(options), letIn)
    const ask = await host(app)
    expect(await codeOf(await ask('/', { headers: await bearer({ scope: 'a' }) }))).toBe(
      'authenticator_missing',
    )
  })

  it('[C9] requireScopes asks for all that it is given, in either spelling', async () => {
    const app = new Hono()
    app.use(jwtAuth(options))
    app.get('/two', requireScopes('a', 'b'), letIn)
    app.get('/one', requireScopes('a b'), letIn)
    const ask = await host(app)
    for (const path of ['/two', '/one']) {
      expect((await ask(path, { headers: await bearer({ scope: 'a' }) })).status).toBe(403)
      expect((await ask(path, { headers: await bearer({ scope: 'b' }) })).status).toBe(403)
      expect((await ask(path, { headers: await bearer({ scope: 'b a' }) })).status).toBe(200)
    }
  })

  it('stand one behind the other, each with its word', async () => {
    const app = new Hono()
    app.use(jwtAuth(options))
    app.get('/', requireScopes('a'), requireRoles('b'), letIn)
    const ask = await host(app)
    expect(await codeOf(await ask('/', { headers: await bearer() }))).toBe('scope_insufficient')
    expect(await codeOf(await ask('/', { headers: await bearer({ scope: 'a' }) }))).toBe('role_insufficient')
    expect(await codeOf(await ask('/', { headers: await bearer({ scope: 'a', roles: ['b'] }) }))).toBe(
      'let in',
    )
  })

  it('ask an anonymous request for a credential', async () => {
    const app = new Hono()
    app.use(jwtAuth({ ...options, optional: true, realm: 'orders' }))
    app.get('/', (c) => c.text('hello'))
    app.get('/mine', requireScopes('a'), letIn)
    const ask = await host(app)
    expect(await (await ask('/')).text()).toBe('hello')
    const response = await ask('/mine')
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toBe('Bearer realm="orders"')
    expect((await ask('/', { headers: { authorization: 'Bearer x' } })).status).toBe(401)
  })

  it('guard what is under a path', async () => {
    const app = new Hono()
    app.use(jwtAuth(options))
    app.use('/admin/*', requireRoles('admin'))
    app.get('/admin/users', letIn)
    const ask = await host(app)
    expect(await codeOf(await ask('/admin/users', { headers: await bearer() }))).toBe('role_insufficient')
    expect((await ask('/admin/nothing', { headers: await bearer() })).status).toBe(403)
    expect(await codeOf(await ask('/admin/users', { headers: await bearer({ roles: ['admin'] }) }))).toBe(
      'let in',
    )
  })
})

it('guards refuse at start what is no requirement', () => {
  expect(() => authorize('admin' as never)).toThrow('needs requirements')
  expect(() => (requireScopes as () => unknown)()).toThrow('needs the names of one or more scopes')
  expect(() => (requireRoles as () => unknown)()).toThrow('needs the names of one or more roles')
})
