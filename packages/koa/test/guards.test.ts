import { jwtAuth, requireRoles, requireScopes } from '@countersign/koa'
import type Koa from 'koa'
import { describe, expect, it } from 'vitest'
import { bearer, codeOf, options, releases, serve } from './support/serve.ts'

const letIn: Koa.Middleware = (ctx) => {
  ctx.body = 'let in'
}

describe.each(releases)('%s: guards', (_name, Koa) => {
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
})
