import { authorize, jwtAuth, role, type JwtAuth } from '@countersign/koa'
import '@countersign/koa/global'
import { Router } from '@koa/router'
import type { Middleware } from 'koa'
import { describe, expect, it } from 'vitest'
import { bearer, codeOf, cookieOptions, idp, options, partner } from '../../../test/support/adapters.ts'
import { askNested, FOREIGN, NEAREST, nested } from '../../../test/support/principals.ts'
import { releases, serve } from './support/serve.ts'

/** Asks `auth.of(ctx)` and shows what it says. */
const showOf =
  (auth: JwtAuth): Middleware =>
  (ctx) => {
    try {
      ctx.body = { subject: auth.of(ctx).subject }
    } catch (error) {
      ctx.body = { error: (error as Error).message }
    }
  }

const showAuth: Middleware = (ctx) => {
  ctx.body = { auth: ctx.state.auth ?? null }
}

describe.each(releases)('%s: the principal', (_name, Koa) => {
  it('is what of() answers', async () => {
    const app = new Koa()
    const auth = jwtAuth(options)
    app.use(auth).use(showOf(auth))
    const ask = await serve(app)
    expect(await (await ask('/', { headers: await bearer() })).json()).toEqual({ subject: 'user-1' })
  })

  it('is the nearest one, for ctx.state.auth and for guards; of() keeps to its own', async () => {
    const app = new Koa()
    const outer = jwtAuth(nested.outer)
    const inner = jwtAuth(nested.inner)
    const router = new Router().get('/partner', inner, authorize(role('buyer')), (ctx) => {
      ctx.body = {
        nearest: ctx.state.auth?.subject,
        outer: outer.of(ctx).subject,
        inner: inner.of(ctx).subject,
      }
    })
    app.use(outer).use(router.routes())
    expect(await askNested(await serve(app))).toEqual(NEAREST)
  })

  it('does not outlive a nearer jwtAuth() that found nobody', async () => {
    const app = new Koa()
    app
      .use(jwtAuth(cookieOptions))
      .use(jwtAuth({ ...partner.options, optional: true }))
      .use(showAuth)
    const ask = await serve(app)
    const response = await ask('/', { headers: { cookie: await idp.cookie() } })
    expect(await response.json()).toEqual({ auth: null })
  })

  describe('and a ctx.state.auth that somebody else set', () => {
    /** What koa-jwt, koa-passport and others leave behind, made as tempting as can be. */
    const foreign: Middleware = (ctx, next) => {
      Object.assign(ctx.state as object, { auth: FOREIGN })
      return next()
    }
    const letIn: Middleware = (ctx) => {
      ctx.body = 'let in'
    }

    it('does not satisfy a guard when it is set after jwtAuth()', async () => {
      const app = new Koa()
      app
        .use(jwtAuth(options))
        .use(foreign)
        .use(authorize(role('admin')))
        .use(letIn)
      const ask = await serve(app)
      expect(await codeOf(await ask('/', { headers: await bearer() }))).toBe('role_insufficient')
    })
  })
})
