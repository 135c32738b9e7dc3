import { authorize, isAuthError, jwtAuth, scope, type AuthError } from '@countersign/hono'
import { Hono, type Handler } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { describe, expect, it } from 'vitest'
import { bearer, codeOf, hosts, idp, kidOf, options } from './support/serve.ts'

const letIn: Handler = (c) => c.text('let in')

describe.each(hosts)('%s: a refusal', (_name, host) => {
  it('is answered by jwtAuth() itself, and is no error', async () => {
    const app = new Hono()
    const errors: unknown[] = []
    app.onError((error, c) => {
      errors.push(error)
      return c.text('an error', 500)
    })
    app.use(jwtAuth(options))
    const response = await (await host(app))('/')
    expect(response.status).toBe(401)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.get('www-authenticate')).toBe('Bearer')
    expect(await codeOf(response)).toBe('credential_missing')
    expect(errors).toEqual([])
  })

  it('goes by the middleware around it, which sees it and may add to it', async () => {
    const app = new Hono()
    const seen: unknown[] = []
    app.use(async (c, next) => {
      await next()
      seen.push(c.res.status)
      c.header('X-Request-Id', '1')
    })
    app.use(jwtAuth(options))
    const response = await (await host(app))('/')
    expect(response.headers.get('x-request-id')).toBe('1')
    expect(seen).toEqual([401])
  })

  it('reaches app.onError as an AuthError with onRefused "throw", without a stack', async () => {
    const app = new Hono()
    let caught: unknown
    app.onError((error, c) => {
      caught = error
      const { status, headers, body } = error as AuthError
      return c.json({ mine: true, ...body }, status as 401, headers)
    })
    app.use(jwtAuth({ ...options, onRefused: 'throw' }))
    const response = await (await host(app))('/', { headers: { authorization: 'Bearer x.y.z' } })
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toContain('error="invalid_token"')
    expect(await response.json()).toMatchObject({ mine: true, code: 'token_malformed', status: 401 })
    expect(isAuthError(caught)).toBe(true)
    expect(caught).toMatchObject({ name: 'AuthError', code: 'token_malformed', status: 401 })
    expect((caught as AuthError).stack ?? '').not.toMatch(/\n\s+at /)
  })

  it('by a guard goes where those of jwtAuth() go, unless it is told otherwise', async () => {
    const app = new Hono()
    app.onError((error, c) => c.text(isAuthError(error) ? `thrown: ${error.code}` : 'another', 418))
    app.use(jwtAuth({ ...options, onRefused: 'throw' }))
    app.get('/', authorize(scope('a')), letIn)
    app.get('/answered', authorize(scope('a'), { onRefused: 'respond' }), letIn)
    const ask = await host(app)
    expect(await codeOf(await ask('/', { headers: await bearer() }))).toBe('thrown: scope_insufficient')
    expect(await codeOf(await ask('/answered', { headers: await bearer() }))).toBe('scope_insufficient')
  })

  it("[D6] leaks nothing through Hono's default handler, which answers the problem document", async () => {
    const app = new Hono()
    app.use(jwtAuth({ ...options, onRefused: 'throw' }))
    const token = await idp.expired({ claims: { email: 'someone@example.test' } })
    const response = await (await host(app))('/?marker', { headers: { authorization: `Bearer ${token}` } })
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toContain('invalid_token')
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    const text = await response.text()
    expect(JSON.parse(text)).toMatchObject({ code: 'token_expired' })
    const secrets = [...token.split('.'), 'someone@', kidOf(token), 'marker', import.meta.dirname]
    for (const secret of secrets) expect(JSON.stringify([...response.headers]) + text).not.toContain(secret)
  })

  it('[D4] stays a refusal where an error handler only logs', async () => {
    const app = new Hono()
    let handled = false
    app.onError((_error, c) => c.text('logged'))
    app.use(jwtAuth({ ...options, onRefused: 'throw' }))
    app.get('/', (c) => {
      handled = true
      return c.text('let in')
    })
    expect(await (await (await host(app))('/')).text()).toBe('logged')
    expect(handled).toBe(false)
  })
})

describe.each(hosts)('%s: an error that a handler throws', (_name, host) => {
  it("still is app.onError's, and no refusal", async () => {
    const app = new Hono()
    app.onError((error, c) => c.json({ message: error.message, ours: isAuthError(error) }, 418))
    app.use(jwtAuth(options))
    app.get('/', () => {
      throw new Error('a bug')
    })
    app.get('/rejects', () => Promise.reject(new Error('a bug')))
    const ask = await host(app)
    for (const path of ['/', '/rejects']) {
      const response = await ask(path, { headers: await bearer() })
      expect([response.status, await response.json()]).toEqual([418, { message: 'a bug', ours: false }])
    }
  })

  it('as an HTTPException keeps its answer, which a cookie keeps out of caches', async () => {
    const app = new Hono()
    app.use(jwtAuth({ ...options, cookie: true, origin: 'https://app.test' }))
    app.get('/', () => {
      throw new HTTPException(418, { message: 'a teapot' })
    })
    const response = await (await host(app))('/', { headers: { cookie: await idp.cookie() } })
    expect([response.status, await response.text()]).toEqual([418, 'a teapot'])
    expect(response.headers.get('cache-control')).toBe('no-store')
  })
})
