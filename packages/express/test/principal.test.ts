import { authorize, jwtAuth, role, type JwtAuth } from '@countersign/express'
import '@countersign/express/global'
import { describe, expect, it } from 'vitest'
import { bearer, codeOf, cookieOptions, idp, options, partner } from '../../../test/support/adapters.ts'
import { askNested, FOREIGN, NEAREST, nested } from '../../../test/support/principals.ts'
import { releases, serve } from './support/serve.ts'

describe.each(releases)('%s: the principal', (_name, express) => {
  /** Asks `auth.of(req)` and shows what it says. */
  const showOf =
    (auth: JwtAuth): import('express').RequestHandler =>
    (req, res) => {
      try {
        res.json({ subject: auth.of(req).subject })
      } catch (error) {
        res.json({ error: (error as Error).message })
      }
    }

  it('is what of() answers', async () => {
    const app = express()
    const auth = jwtAuth(options)
    app.get('/', auth, showOf(auth))
    const ask = await serve(app)
    expect(await (await ask('/', { headers: await bearer() })).json()).toEqual({ subject: 'user-1' })
  })

  it('is the nearest one, for req.auth and for guards; of() keeps to its own', async () => {
    const app = express()
    const outer = jwtAuth(nested.outer)
    const inner = jwtAuth(nested.inner)
    app.use(outer)
    app.use('/partner', inner)
    app.get('/partner', authorize(role('buyer')), (req, res) => {
      res.json({ nearest: req.auth?.subject, outer: outer.of(req).subject, inner: inner.of(req).subject })
    })
    expect(await askNested(await serve(app))).toEqual(NEAREST)
  })

  it('does not outlive a nearer jwtAuth() that found nobody', async () => {
    const app = express()
    app.use(jwtAuth(cookieOptions))
    app.get('/', jwtAuth({ ...partner.options, optional: true }), (req, res) => {
      res.json({ auth: req.auth ?? null })
    })
    const ask = await serve(app)
    const response = await ask('/', { headers: { cookie: await idp.cookie() } })
    expect(await response.json()).toEqual({ auth: null })
  })

  describe('and a req.auth that somebody else set', () => {
    /** What express-basic-auth, express-jwt and others leave behind, made as tempting as can be. */
    const foreign: import('express').RequestHandler = (req, _res, next) => {
      Object.assign(req, { auth: FOREIGN })
      next()
    }

    it('does not satisfy a guard when it is set after jwtAuth()', async () => {
      const app = express()
      app.use(jwtAuth(options), foreign)
      app.get('/', authorize(role('admin')), (_req, res) => void res.send('let in'))
      const ask = await serve(app)
      expect(await codeOf(await ask('/', { headers: await bearer() }))).toBe('role_insufficient')
    })
  })
})
