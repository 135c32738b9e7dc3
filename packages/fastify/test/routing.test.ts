import { jwtAuth, requireScopes, scope } from '@countersign/fastify'
import '@countersign/fastify/global'
import fastify, { type FastifyRequest } from 'fastify'
import { describe, expect, it } from 'vitest'
import { bearer, codeOf, idp, options, partner } from '../../../test/support/adapters.ts'
import { serve } from './support/serve.ts'

const subject = (request: FastifyRequest) => ({ subject: request.auth?.subject ?? null })
const PUBLIC = { config: { auth: false } } as const

describe('where jwtAuth() is registered', () => {
  it('protects all routes of its scope, before and after it, but for those that say they are public', async () => {
    const app = fastify()
    app.get('/before', subject)
    await app.register(jwtAuth(options))
    app.get('/me', subject)
    app.get('/health', PUBLIC, subject)
    const ask = await serve(app)
    expect(await codeOf(await ask('/before'))).toBe('credential_missing')
    expect(await codeOf(await ask('/me'))).toBe('credential_missing')
    expect(await (await ask('/health')).json()).toEqual({ subject: null })
    expect(await (await ask('/me', { headers: await bearer() })).json()).toEqual({ subject: 'user-1' })
  })

  it('protects what is not there, too', async () => {
    const app = fastify()
    await app.register(jwtAuth(options))
    app.get('/me', subject)
    const ask = await serve(app)
    for (const [path, method] of [
      ['/nothing', 'GET'],
      ['/me/', 'GET'],
      ['/me', 'POST'],
    ] as const) {
      expect([path, (await ask(path, { method })).status]).toEqual([path, 401])
      expect([path, (await ask(path, { method, headers: await bearer() })).status]).toEqual([path, 404])
    }
  })

  it("a scope's own 404 is protected where the scope is, and no other", async () => {
    const app = fastify()
    await app.register(
      async (api) => {
        await api.register(jwtAuth(options))
        api.setNotFoundHandler((_request, reply) => reply.code(404).send('nothing in the API'))
        api.get('/me', subject)
      },
      { prefix: '/api' },
    )
    const ask = await serve(app)
    expect((await ask('/api/nothing')).status).toBe(401)
    expect(await (await ask('/api/nothing', { headers: await bearer() })).text()).toBe('nothing in the API')
    expect((await ask('/nothing')).status).toBe(404)
  })

  it('protects a scope, and only that', async () => {
    const app = fastify()
    await app.register(
      async (api) => {
        await api.register(jwtAuth(options))
        api.get('/me', subject)
        await api.register(async (inner) => inner.get('/inner', subject))
      },
      { prefix: '/api' },
    )
    app.get('/me', (request) => ({ undecorated: !('auth' in request) }))
    const ask = await serve(app)
    expect((await ask('/api/me')).status).toBe(401)
    expect((await ask('/api/inner')).status).toBe(401)
    expect((await ask('/api/inner', { headers: await bearer() })).status).toBe(200)
    expect(await (await ask('/me')).json()).toEqual({ undecorated: true })
  })

  it('keeps the policies of sibling scopes apart', async () => {
    const app = fastify()
    await app.register(async (ours) => {
      await ours.register(jwtAuth(options))
      ours.get('/ours', subject)
    })
    await app.register(async (theirs) => {
      await theirs.register(jwtAuth({ ...partner.options, realm: 'partners' }))
      theirs.get('/theirs', subject)
    })
    const ask = await serve(app)
    const partners = { authorization: await partner.bearer({ subject: 'buyer' }) }
    expect(await (await ask('/ours', { headers: await bearer() })).json()).toEqual({ subject: 'user-1' })
    expect(await (await ask('/theirs', { headers: partners })).json()).toEqual({ subject: 'buyer' })
    expect((await ask('/ours', { headers: partners })).status).toBe(401)
    expect((await ask('/theirs', { headers: await bearer() })).status).toBe(401)
    expect((await ask('/theirs')).headers.get('www-authenticate')).toBe('Bearer realm="partners"')
  })

  it('asks for both in a scope within a scope, each with a policy; the nearest is request.auth', async () => {
    const app = fastify()
    const outer = jwtAuth({ ...options, cookie: true, origin: 'https://app.test' })
    const inner = jwtAuth({ ...partner.options, dangerouslyReadQuery: 'token' })
    await app.register(outer)
    await app.register(async (scoped) => {
      await scoped.register(inner)
      scoped.get('/both', (request) => ({
        nearest: request.auth?.subject,
        outer: outer.of(request).subject,
        inner: inner.of(request).subject,
      }))
    })
    const ask = await serve(app)
    const headers = { cookie: await idp.cookie({ subject: 'ours' }) }
    const token = await partner.token({ subject: 'theirs' })
    expect((await ask('/both', { headers })).status).toBe(401)
    expect((await ask(`/both?token=${token}`)).status).toBe(401)
    expect(await (await ask(`/both?token=${token}`, { headers })).json()).toEqual({
      nearest: 'theirs',
      outer: 'ours',
      inner: 'theirs',
    })
  })

  it('[D5] protects whatever the router takes for a path: no spelling is public', async () => {
    const app = fastify({ routerOptions: { caseSensitive: false, ignoreTrailingSlash: true } })
    await app.register(jwtAuth(options))
    app.get('/me', subject)
    app.get('/health', PUBLIC, subject)
    const ask = await serve(app)
    const paths = ['/me', '/me/', '/ME', '//me', '/%6de', '/me;a', '/me%2f', '/health/../me', '/me?/health']
    for (const path of paths) expect([path, (await ask(path)).status]).toEqual([path, 401])
    expect((await ask('/HEALTH/')).status).toBe(200)
  })

  it('reads a token from the query of the address as it came, not as it was rewritten', async () => {
    const app = fastify({ rewriteUrl: () => '/rewritten' })
    await app.register(jwtAuth({ ...options, dangerouslyReadQuery: 'token' }))
    app.get('/rewritten', subject)
    const ask = await serve(app)
    const response = await ask(`/api/me?token=${await idp.token()}`)
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(await response.json()).toEqual({ subject: 'user-1' })
  })

  it('goes through app.inject as over the wire', async () => {
    const app = fastify()
    await app.register(jwtAuth(options))
    app.get('/me', subject)
    app.get('/orders', { config: { auth: scope('orders:read') } }, subject)
    expect((await app.inject('/me')).statusCode).toBe(401)
    expect((await app.inject({ url: '/me', headers: await bearer() })).json()).toEqual({ subject: 'user-1' })
    const forbidden = await app.inject({ url: '/orders', headers: await bearer() })
    expect(forbidden.json()).toMatchObject({ code: 'scope_insufficient' })
    expect(forbidden.headers['content-type']).toBe('application/problem+json')
    expect(forbidden.headers['www-authenticate']).toContain('scope="orders:read"')
  })

  it('is a plugin with a name, that other plugins can depend on', async () => {
    const app = fastify()
    await app.register(jwtAuth(options))
    expect(app.hasPlugin('@countersign/fastify')).toBe(true)
    expect(app.hasRequestDecorator('auth')).toBe(true)
    expect(requireScopes('a').name).toBe('authorizeHook')
  })
})

describe('HEAD', () => {
  it('of a route is protected, and guarded, as its GET is', async () => {
    const app = fastify()
    await app.register(jwtAuth(options))
    app.get('/config', { config: { auth: scope('a') } }, subject)
    app.get('/guard', { preHandler: requireScopes('a') }, subject)
    app.get('/health', PUBLIC, subject)
    const ask = await serve(app)
    for (const path of ['/config', '/guard']) {
      const head = (headers = {}) => ask(path, { method: 'HEAD', headers })
      expect((await head()).status).toBe(401)
      expect((await head(await bearer())).status).toBe(403)
      expect((await head(await bearer({ scope: 'a' }))).status).toBe(200)
    }
    expect((await ask('/health', { method: 'HEAD' })).status).toBe(200)
  })
})
