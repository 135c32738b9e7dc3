import { authorize, jwtAuth, role } from '@countersign/hono'
import '@countersign/hono/global'
import { Hono, type Handler, type MiddlewareHandler } from 'hono'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { bearer, codeOf, cookieOptions, idp, options, partner } from '../../../test/support/adapters.ts'
import { askNested, FOREIGN, NEAREST, nested } from '../../../test/support/principals.ts'
import { hosts } from './support/serve.ts'

const showAuth: Handler = (c) => c.json({ auth: c.var.auth ?? null })
const letIn: Handler = (c) => c.text('let in')

describe.each(hosts)('%s: the principal', (_name, host) => {
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

  it('is the nearest one, for c.var.auth and for guards; of() keeps to its own', async () => {
    const app = new Hono()
    const outer = jwtAuth(nested.outer)
    const inner = jwtAuth(nested.inner)
    app.use(outer)
    app.get('/partner', inner, authorize(role('buyer')), (c) =>
      c.json({
        nearest: c.var.auth?.subject,
        outer: outer.of(c).subject,
        inner: inner.of(c).subject,
      }),
    )
    expect(await askNested(await host(app))).toEqual(NEAREST)
  })

  it('does not outlive a nearer jwtAuth() that found nobody', async () => {
    const app = new Hono()
    app.use(jwtAuth(cookieOptions), jwtAuth({ ...partner.options, optional: true }))
    app.get('/', showAuth)
    const response = await (await host(app))('/', { headers: { cookie: await idp.cookie() } })
    expect(await response.json()).toEqual({ auth: null })
  })

  describe('and a c.var.auth that somebody else set', () => {
    /** What other middlewares leave behind, made as tempting as can be. */
    const foreign: MiddlewareHandler = (c, next) => {
      c.set('auth', FOREIGN as never)
      return next()
    }

    it('does not satisfy a guard when it is set after jwtAuth()', async () => {
      const app = new Hono()
      app.use(jwtAuth(options), foreign)
      app.get('/', authorize(role('admin')), letIn)
      const ask = await host(app)
      expect(await codeOf(await ask('/', { headers: await bearer() }))).toBe('role_insufficient')
    })
  })
})
