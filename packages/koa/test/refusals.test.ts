import { AuthError, authorize, isAuthError, jwtAuth, scope } from '@countersign/koa'
import type { Middleware } from 'koa'
import { describe, expect, it } from 'vitest'
import { bearer, codeOf, errorsOf, idp, kidOf, options, releases, serve } from './support/serve.ts'

const letIn: Middleware = (ctx) => {
  ctx.body = 'let in'
}

describe.each(releases)('%s: a refusal', (_name, Koa) => {
  it('is answered by jwtAuth() itself, and is no error', async () => {
    const app = new Koa()
    const errors = errorsOf(app)
    app.use(jwtAuth(options)).use(letIn)
    const ask = await serve(app)
    const response = await ask('/')
    expect(response.status).toBe(401)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.get('www-authenticate')).toBe('Bearer')
    expect(await codeOf(response)).toBe('credential_missing')
    expect(errors).toEqual([])
  })

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

  it('reaches try and catch as an AuthError with onRefused "throw", without a stack', async () => {
    const app = new Koa()
    const errors = errorsOf(app)
    let caught: unknown
    app.use(async (ctx, next) => {
      try {
        await next()
      } catch (error) {
        caught = error
        const { status, headers, body } = error as AuthError
        ctx.status = status
        ctx.set(headers)
        ctx.body = { mine: true, ...body }
      }
    })
    app.use(jwtAuth({ ...options, onRefused: 'throw' }))
    const ask = await serve(app)
    const response = await ask('/', { headers: { authorization: 'Bearer x.y.z' } })
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toContain('error="invalid_token"')
    expect(await response.json()).toMatchObject({ mine: true, code: 'token_malformed', status: 401 })
    expect(isAuthError(caught)).toBe(true)
    expect(caught).toMatchObject({
      name: 'AuthError',
      code: 'token_malformed',
      status: 401,
      message: 'The access token is malformed.',
    })
    expect((caught as AuthError).stack ?? '').not.toMatch(/\n\s+at /)
    expect(errors).toEqual([])
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
    const token = await idp.expired({ claims: { email: 'someone@example.test' } })
    const response = await ask('/?marker', { headers: { authorization: `Bearer ${token}` } })
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toContain('invalid_token')
    expect(response.headers.get('cache-control')).toBe('no-store')
    const text = JSON.stringify([...response.headers]) + (await response.text())
    const secrets = [...token.split('.'), 'someone@', kidOf(token), 'marker', import.meta.dirname]
    for (const secret of secrets) expect(text).not.toContain(secret)
  })

  it("[D6] that is our fault shows nothing of it in Koa's default handler", async () => {
    const app = new Koa()
    errorsOf(app)
    app.use(authorize(scope('a'), { onRefused: 'throw' }))
    const response = await (await serve(app))('/')
    expect(response.status).toBe(500)
    expect(await response.text()).toBe('Internal Server Error')
  })

  it('[D4] stays a refusal where an error middleware only logs', async () => {
    const app = new Koa()
    errorsOf(app)
    let handled = false
    app.use((_ctx, next) => next().catch(() => undefined))
    app.use(jwtAuth({ ...options, onRefused: 'throw' }))
    app.use((ctx) => {
      handled = true
      ctx.body = 'let in'
    })
    const response = await (await serve(app))('/')
    expect(await response.text()).not.toContain('let in')
    expect(handled).toBe(false)
  })
})
