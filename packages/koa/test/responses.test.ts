import { jwtAuth } from '@countersign/koa'
import cors from '@koa/cors'
import { Router } from '@koa/router'
import type { Middleware } from 'koa'
import { describe, expect, it } from 'vitest'
import { bearer, codeOf, errorsOf, idp, options, releases, serve } from './support/serve.ts'

const cookieOptions = { ...options, cookie: true, origin: 'https://app.test' }
const cookie = { cookie: await idp.cookie() }
const mine: Middleware = (ctx) => {
  ctx.body = 'mine'
}

describe.each(releases)('%s: the answer of a handler', (_name, Koa) => {
  it('[E6] keeps its own Cache-Control, and adds to Vary', async () => {
    const app = new Koa()
    app.use((ctx, next) => {
      ctx.vary('Origin')
      return next()
    })
    app.use(jwtAuth(cookieOptions)).use((ctx) => {
      ctx.vary('Accept')
      ctx.set('Cache-Control', 'private, max-age=5')
      ctx.body = 'mine'
    })
    const response = await (await serve(app))('/', { headers: cookie })
    expect(response.headers.get('cache-control')).toBe('private, max-age=5')
    expect(response.headers.get('vary')).toBe('Origin, Cookie, Accept')
  })

  it('to a request by header is left alone', async () => {
    const app = new Koa()
    app.use(jwtAuth(options)).use(mine)
    const response = await (await serve(app))('/', { headers: await bearer() })
    expect(response.headers.get('cache-control')).toBeNull()
    expect(response.headers.get('vary')).toBeNull()
  })

  it("that throws still is Koa's error handling's", async () => {
    const app = new Koa()
    const errors = errorsOf(app)
    app.use(jwtAuth(options)).use(() => {
      throw new Error('a bug')
    })
    const response = await (await serve(app))('/', { headers: await bearer() })
    expect(response.status).toBe(500)
    expect(errors).toMatchObject([{ message: 'a bug' }])
  })
})

const ORIGIN = 'https://app.test'
const preflight = {
  method: 'OPTIONS',
  headers: {
    origin: ORIGIN,
    'access-control-request-method': 'GET',
    'access-control-request-headers': 'authorization',
  },
}

describe.each(releases)('%s: OPTIONS and the real @koa/cors package', (_name, Koa) => {
  it('[D3] a preflight is answered by cors() before jwtAuth(), without credentials', async () => {
    const app = new Koa()
    app
      .use(cors({ origin: ORIGIN }))
      .use(jwtAuth(options))
      .use(mine)
    const ask = await serve(app)
    const response = await ask('/me', preflight)
    expect(response.status).toBe(204)
    expect(response.headers.get('access-control-allow-origin')).toBe(ORIGIN)
    expect(response.headers.get('access-control-allow-headers')).toBe('authorization')
    const got = await ask('/me', { headers: { origin: ORIGIN, ...(await bearer()) } })
    expect(await got.text()).toBe('mine')
    expect(got.headers.get('access-control-allow-origin')).toBe(ORIGIN)
  })

  it.each(['respond', 'throw'] as const)(
    '[D3] a refusal keeps the headers of cors(), so that the page can read it (%s)',
    async (onRefused) => {
      const app = new Koa()
      errorsOf(app)
      app.use(cors({ origin: ORIGIN })).use(jwtAuth({ ...options, onRefused }))
      const response = await (await serve(app))('/me', { headers: { origin: ORIGIN } })
      expect(response.status).toBe(401)
      expect(response.headers.get('access-control-allow-origin')).toBe(ORIGIN)
      expect(response.headers.get('vary')).toBe('Origin')
      expect(response.headers.get('www-authenticate')).toBe('Bearer')
    },
  )

  it('[D3] no OPTIONS gets past jwtAuth() for its headers', async () => {
    const app = new Koa()
    const router = new Router().options('/me', mine).all('/all', mine)
    app.use(jwtAuth(options)).use(router.routes()).use(router.allowedMethods())
    const ask = await serve(app)
    for (const path of ['/me', '/all', '/nothing']) {
      const response = await ask(path, preflight)
      expect([path, response.status, await codeOf(response)]).toEqual([path, 401, 'credential_missing'])
    }
    const admitted = await ask('/me', {
      ...preflight,
      headers: { ...preflight.headers, ...(await bearer()) },
    })
    expect(await admitted.text()).toBe('mine')
  })
})
