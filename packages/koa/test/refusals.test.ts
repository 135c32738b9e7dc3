import { AuthError, authorize, isAuthError, jwtAuth, scope } from '@countersign/koa'
import { createTestIssuer } from '@countersign/testing'
import type { Middleware } from 'koa'
import { describe, expect, it } from 'vitest'
import { bearer, clock, codeOf, errorsOf, idp, kidOf, options, releases, serve } from './support/serve.ts'

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

  it('has no body for HEAD, but its headers', async () => {
    const app = new Koa()
    app.use(jwtAuth(options))
    const ask = await serve(app)
    const response = await ask('/', { method: 'HEAD' })
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toBe('Bearer')
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(await response.text()).toBe('')
  })

  it.each([
    ['expired', 'token_expired'],
    ['wrongAudience', 'claim_mismatch'],
    ['unsigned', 'token_malformed'],
    ['tampered', 'signature_invalid'],
  ] as const)('[E7] of a token that is %s is 401 %s', async (kind, code) => {
    const app = new Koa()
    app.use(jwtAuth(options)).use(letIn)
    const ask = await serve(app)
    const response = await ask('/', { headers: { authorization: `Bearer ${await idp[kind]()}` } })
    expect([response.status, await codeOf(response)]).toEqual([401, code])
  })

  it('[D8] is 503 where the keys are out of reach, and 401 once a key is taken out', async () => {
    const own = await createTestIssuer({ clock })
    const app = new Koa()
    app.use(jwtAuth(own.options)).use(letIn)
    const ask = await serve(app)
    const headers = { authorization: await own.bearer() }
    await own.goOffline()
    const unavailable = await ask('/', { headers })
    expect([unavailable.status, await codeOf(unavailable)]).toEqual([503, 'keys_unavailable'])
    await own.goOnline()
    await own.rotateKeys()
    expect((await ask('/', { headers })).status).toBe(200)
    await own.removeOldKeys()
    const unknown = await ask('/', { headers })
    expect([unknown.status, await codeOf(unknown)]).toEqual([401, 'key_unknown'])
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

  it.each([
    ['onExpired', () => undefined],
    ['onError', () => undefined],
    ['passthrough', true],
  ])('[D4] cannot be turned into success: there is no option %s', (name, value) => {
    expect(() => jwtAuth({ ...options, [name]: value })).toThrow(`option "${name}" does not exist`)
  })

  it('[D4] cannot be turned into success by a function as onRefused', () => {
    const hook = ((_ctx: unknown, next: () => void) => next()) as never
    expect(() => jwtAuth({ ...options, onRefused: hook })).toThrow(
      'a hook that could let a request in does not exist',
    )
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

  it('[D8] of a check that fails is 503, and its message stays here', async () => {
    const app = new Koa()
    app.use(jwtAuth({ ...options, isRevoked: () => Promise.reject(new Error('redis://user:secret@host')) }))
    const ask = await serve(app)
    const response = await ask('/', { headers: await bearer() })
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toBe('5')
    const text = await response.text()
    expect(text).toContain('revocation_unavailable')
    expect(text).not.toContain('redis')
  })
})
