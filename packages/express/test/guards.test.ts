import { jwtAuth, requireRoles, requireScopes } from '@countersign/express'
import { describe, expect, it } from 'vitest'
import { bearer, codeOf, options, releases, serve } from './support/serve.ts'

describe.each(releases)('%s: guards', (_name, express) => {
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
})
