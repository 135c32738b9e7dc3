import { authorize, isPrincipal, jwtAuth, role, type JwtAuth } from '@countersign/hono'
import { Hono, type Handler, type MiddlewareHandler } from 'hono'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { bearer, codeOf, hosts, idp, options, partner } from './support/serve.ts'

const cookieOptions = { ...options, cookie: true, origin: 'https://app.test' }

/** Asks `auth.of(c)` and shows what it says. */
const showOf =
  (auth: JwtAuth): Handler =>
  (c) => {
    try {
      return c.json({ subject: auth.of(c).subject })
    } catch (error) {
      return c.json({ error: (error as Error).message })
    }
  }

const showAuth: Handler = (c) => c.json({ auth: c.var.auth ?? null })
const letIn: Handler = (c) => c.text('let in')

describe.each(hosts)('%s: the principal', (_name, host) => {
  it('is on c.var.auth, frozen and branded', async () => {
    const app = new Hono()
    app.use(jwtAuth(options))
    app.get('/', (c) => {
      const { auth } = c.var
      return c.json({ ours: isPrincipal(auth), frozen: Object.isFrozen(auth), issuer: auth?.issuer })
    })
    expect(await (await (await host(app))('/', { headers: await bearer() })).json()).toEqual({
      ours: true,
      frozen: true,
      issuer: idp.issuer,
    })
  })

  it('is what of() answers, typed by the schema', async () => {
    const app = new Hono()
    const auth = jwtAuth({ ...options, claims: z.object({ org: z.string() }) })
    app.use(auth)
    app.get('/', (c) => {
      const org: string = auth.of(c).claims.org
      return c.json({ org })
    })
    const ask = await host(app)
    expect(await (await ask('/', { headers: await bearer({ claims: { org: 'acme' } }) })).json()).toEqual({
      org: 'acme',
    })
    expect(await codeOf(await ask('/', { headers: await bearer({ claims: { org: 7 } }) }))).toBe(
      'claims_invalid',
    )
  })

  it('is missed by of() with a hint: before it, anonymous, or of another', async () => {
    const app = new Hono()
    const auth = jwtAuth({ ...options, optional: true })
    app.get('/before', showOf(auth))
    app.use(auth)
    app.get('/anonymous', showOf(auth))
    app.get('/other', showOf(jwtAuth(options)))
    const ask = await host(app)
    const errorOf = async (path: string, headers = {}) =>
      ((await (await ask(path, { headers })).json()) as { error: string }).error
    expect(await errorOf('/before', await bearer())).toContain('register this jwtAuth() before the handler')
    expect(await errorOf('/other', await bearer())).toContain('register this jwtAuth() before the handler')
    expect(await errorOf('/anonymous')).toContain('the request is anonymous')
  })

  it('is the nearest one, for c.var.auth and for guards; of() keeps to its own', async () => {
    const app = new Hono()
    const outer = jwtAuth({ ...cookieOptions, optional: true })
    const inner = jwtAuth({ ...partner.options, dangerouslyReadQuery: 'token' })
    app.use(outer)
    app.get('/partner', inner, authorize(role('buyer')), (c) =>
      c.json({
        nearest: c.var.auth?.subject,
        outer: outer.of(c).subject,
        inner: inner.of(c).subject,
      }),
    )
    const ask = await host(app)
    const cookie = async (roles: string[]) => ({
      headers: { cookie: await idp.cookie({ subject: 'ours', roles }) },
    })
    const token = (roles: string[]) => partner.token({ subject: 'theirs', roles })
    const ok = await ask(`/partner?token=${await token(['buyer'])}`, await cookie([]))
    expect(await ok.json()).toEqual({ nearest: 'theirs', outer: 'ours', inner: 'theirs' })
    expect(await codeOf(await ask(`/partner?token=${await token([])}`, await cookie(['buyer'])))).toBe(
      'role_insufficient',
    )
  })

  it('does not outlive a nearer jwtAuth() that found nobody', async () => {
    const app = new Hono()
    app.use(jwtAuth(cookieOptions), jwtAuth({ ...partner.options, optional: true }))
    app.get('/', showAuth)
    const response = await (await host(app))('/', { headers: { cookie: await idp.cookie() } })
    expect(await response.json()).toEqual({ auth: null })
  })

  it('is another variable where that is asked for, and only that', async () => {
    const app = new Hono()
    app.use(jwtAuth({ ...options, property: 'user' }), authorize(role('admin')))
    app.get('/', (c) => {
      const { user, auth } = c.var as { user?: { subject: string }; auth?: unknown }
      return c.json({ user: user?.subject, auth: auth ?? null })
    })
    const response = await (await host(app))('/', { headers: await bearer({ roles: ['admin'] }) })
    expect(await response.json()).toEqual({ user: 'user-1', auth: null })
  })

  describe('and a c.var.auth that somebody else set', () => {
    /** What other middlewares leave behind, made as tempting as can be. */
    const foreign: MiddlewareHandler = (c, next) => {
      c.set('auth', {
        subject: 'admin',
        scopes: ['admin'],
        roles: ['admin'],
        claims: {},
        issuer: idp.issuer,
      } as never)
      return next()
    }

    it('does not satisfy a guard', async () => {
      const app = new Hono()
      app.get('/', foreign, authorize(role('admin')), letIn)
      const response = await (await host(app))('/')
      expect(response.status).toBe(500)
      expect(await codeOf(response)).toBe('authenticator_missing')
    })

    it('does not satisfy a guard behind an optional jwtAuth(), and is not left standing', async () => {
      const app = new Hono()
      app.use(foreign, jwtAuth({ ...options, optional: true }))
      app.get('/', authorize(role('admin')), letIn)
      app.get('/open', showAuth)
      const ask = await host(app)
      expect(await codeOf(await ask('/'))).toBe('credential_missing')
      expect(await (await ask('/open')).json()).toEqual({ auth: null })
    })

    it('does not satisfy a guard when it is set after jwtAuth()', async () => {
      const app = new Hono()
      app.use(jwtAuth(options), foreign)
      app.get('/', authorize(role('admin')), letIn)
      const ask = await host(app)
      expect(await codeOf(await ask('/', { headers: await bearer() }))).toBe('role_insufficient')
    })
  })
})
