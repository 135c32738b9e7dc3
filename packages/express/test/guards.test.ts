import { authorize, jwtAuth, requireRoles, requireScopes, scope } from '@countersign/express'
import { describe, expect, it } from 'vitest'
import { bearer, codeOf, options, releases, serve } from './support/serve.ts'

describe.each(releases)('%s: guards', (_name, express) => {
  it.each([
    ['authorize', authorize(scope('a'))],
    ['requireScopes', requireScopes('a')],
    ['requireRoles', requireRoles('a')],
  ])('%s without an authenticator is closed, and tells the developer', async (_guard, guard) => {
    const app = express()
    let ran = false
    app.get('/', guard, (_req, res) => {
      ran = true
      res.send('let in')
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
    const app = express()
    app.get('/', requireScopes('a'), jwtAuth(options), (_req, res) => void res.send('let in'))
    const ask = await serve(app)
    expect(await codeOf(await ask('/', { headers: await bearer({ scope: 'a' }) }))).toBe(
      'authenticator_missing',
    )
  })

  it('[C9] requireScopes asks for all that it is given, in either spelling', async () => {
    const app = express()
    app.use(jwtAuth(options))
    app.get('/two', requireScopes('a', 'b'), (_req, res) => void res.send('let in'))
    app.get('/one', requireScopes('a b'), (_req, res) => void res.send('let in'))
    const ask = await serve(app)
    for (const path of ['/two', '/one']) {
      expect((await ask(path, { headers: await bearer({ scope: 'a' }) })).status).toBe(403)
      expect((await ask(path, { headers: await bearer({ scope: 'b' }) })).status).toBe(403)
      expect((await ask(path, { headers: await bearer({ scope: 'b a' }) })).status).toBe(200)
    }
  })

  it('requireRoles asks for all that it is given', async () => {
    const app = express()
    app.use(jwtAuth(options))
    app.get('/', requireRoles('a', 'b'), (_req, res) => void res.send('let in'))
    const ask = await serve(app)
    expect(await codeOf(await ask('/', { headers: await bearer({ roles: ['a'] }) }))).toBe(
      'role_insufficient',
    )
    expect((await ask('/', { headers: await bearer({ roles: ['a', 'b'] }) })).status).toBe(200)
  })

  it('stand one behind the other, each with its word', async () => {
    const app = express()
    app.use(jwtAuth(options))
    app.get('/', requireScopes('a'), requireRoles('b'), (_req, res) => void res.send('let in'))
    const ask = await serve(app)
    expect(await codeOf(await ask('/', { headers: await bearer() }))).toBe('scope_insufficient')
    expect(await codeOf(await ask('/', { headers: await bearer({ scope: 'a' }) }))).toBe('role_insufficient')
    expect((await ask('/', { headers: await bearer({ scope: 'a', roles: ['b'] }) })).status).toBe(200)
  })

  it('ask an anonymous request for a credential', async () => {
    const app = express()
    app.use(jwtAuth({ ...options, optional: true, realm: 'orders' }))
    app.get('/', (_req, res) => void res.send('hello'))
    app.get('/mine', requireScopes('a'), (_req, res) => void res.send('let in'))
    const ask = await serve(app)
    expect(await (await ask('/')).text()).toBe('hello')
    const response = await ask('/mine')
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toBe('Bearer realm="orders"')
  })

  it('refuse at start what is no requirement', () => {
    expect(() => authorize('admin' as never)).toThrow('needs requirements')
    expect(() => (requireScopes as () => unknown)()).toThrow('needs the names of one or more scopes')
    expect(() => (requireRoles as () => unknown)()).toThrow('needs the names of one or more roles')
  })
})
