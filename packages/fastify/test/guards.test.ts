import { allOf, anyOf, jwtAuth, not, requireRoles, requireScopes, role, scope } from '@countersign/fastify'
import fastify from 'fastify'
import { describe, expect, it } from 'vitest'
import { bearer, codeOf, options } from '../../../test/support/adapters.ts'
import { serve } from './support/serve.ts'

const letIn = () => 'let in'

describe('config: { auth: requirement }', () => {
  it('is asked of the principal', async () => {
    const app = fastify()
    await app.register(jwtAuth(options))
    app.get('/', { config: { auth: anyOf(allOf(scope('a'), not(role('guest'))), role('admin')) } }, letIn)
    const ask = await serve(app)
    const codeFor = async (claims: object) => codeOf(await ask('/', { headers: await bearer({ ...claims }) }))
    expect(await codeFor({})).toBe('scope_insufficient')
    expect(await codeFor({ scope: 'a', roles: ['guest'] })).toBe('requirement_failed')
    expect(await codeFor({ scope: 'a' })).toBe('let in')
    expect(await codeFor({ roles: ['admin'] })).toBe('let in')
  })

  it('that is no requirement is found at start, as is a misspelled "false"', async () => {
    for (const auth of ['admin', true, {}, null, 0, ['a']]) {
      const app = fastify()
      await app.register(jwtAuth(options))
      expect(() => app.get('/', { config: { auth: auth as never } }, letIn)).toThrow('needs requirements')
    }
  })

  it('does not let a route of a child scope be public by its parent', async () => {
    const app = fastify()
    await app.register(jwtAuth(options))
    await app.register(async (child) => {
      child.get('/child', { config: { auth: undefined as never } }, letIn)
    })
    expect((await (await serve(app))('/child')).status).toBe(401)
  })
})

describe('guards', () => {
  it('are closed on a public route: nobody was asked who they are', async () => {
    const app = fastify()
    await app.register(jwtAuth(options))
    app.get('/', { config: { auth: false }, preHandler: requireScopes('a') }, letIn)
    const ask = await serve(app)
    expect(await codeOf(await ask('/', { headers: await bearer({ scope: 'a' }) }))).toBe(
      'authenticator_missing',
    )
  })

  it('are closed in a scope beside the one that jwtAuth() protects', async () => {
    const app = fastify()
    await app.register(async (one) => {
      await one.register(jwtAuth(options))
    })
    await app.register(async (other) => {
      other.get('/', { preHandler: requireScopes('a') }, letIn)
    })
    const ask = await serve(app)
    expect(await codeOf(await ask('/', { headers: await bearer({ scope: 'a' }) }))).toBe(
      'authenticator_missing',
    )
  })

  it('guard a whole scope, as hooks', async () => {
    const app = fastify()
    await app.register(jwtAuth(options))
    await app.register(async (admin) => {
      admin.addHook('preHandler', requireRoles('admin'))
      admin.get('/admin', letIn)
    })
    app.get('/', letIn)
    const ask = await serve(app)
    expect(await codeOf(await ask('/admin', { headers: await bearer() }))).toBe('role_insufficient')
    expect(await codeOf(await ask('/admin', { headers: await bearer({ roles: ['admin'] }) }))).toBe('let in')
    expect(await codeOf(await ask('/', { headers: await bearer() }))).toBe('let in')
  })
})
