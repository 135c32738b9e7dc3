import { authorize, isAuthError, jwtAuth, scope } from '@countersign/koa'
import type { Middleware } from 'koa'
import { describe, expect, it } from 'vitest'
import { assertLeaksNothing, bearer, options } from '../../../test/support/adapters.ts'
import { errorsOf, releases, serve } from './support/serve.ts'

const letIn: Middleware = (ctx) => {
  ctx.body = 'let in'
}

describe.each(releases)('%s: a refusal', (_name, Koa) => {
  it('goes by the middleware around it, which sees it and may add to it', async () => {
    const app = new Koa()
    const seen: unknown[] = []
    app.use(async (ctx, next) => {
      await next()
      seen.push(ctx.status, ctx.body)
      ctx.set('X-Request-Id', '1')
    })
    app.use(jwtAuth(options))
    const ask = await serve(app)
    const response = await ask('/')
    expect(response.headers.get('x-request-id')).toBe('1')
    expect(seen).toEqual([401, await response.text()])
  })

  it('reaches app.on("error") with onRefused "throw", from a guard too, and Koa answers it', async () => {
    const app = new Koa()
    const errors = errorsOf(app)
    app
      .use(jwtAuth(options))
      .use(authorize(scope('a'), { onRefused: 'throw' }))
      .use(letIn)
    const ask = await serve(app)
    const response = await ask('/', { headers: await bearer() })
    expect(response.status).toBe(403)
    expect(response.headers.get('www-authenticate')).toContain('scope="a"')
    expect(errors).toMatchObject([{ code: 'scope_insufficient', status: 403 }])
    expect(isAuthError(errors[0])).toBe(true)
  })

  it("[D6] leaks nothing through Koa's default handler, and keeps its headers", async () => {
    const app = new Koa()
    errorsOf(app)
    app.use(jwtAuth({ ...options, onRefused: 'throw' }))
    const ask = await serve(app)
    const { response } = await assertLeaksNothing((headers) => ask('/?marker', { headers }))
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toContain('invalid_token')
    expect(response.headers.get('cache-control')).toBe('no-store')
  })

  it("[D6] that is our fault shows nothing of it in Koa's default handler", async () => {
    const app = new Koa()
    errorsOf(app)
    app.use(authorize(scope('a'), { onRefused: 'throw' }))
    const response = await (await serve(app))('/')
    expect(response.status).toBe(500)
    expect(await response.text()).toBe('Internal Server Error')
  })
})
