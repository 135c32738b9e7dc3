import { authorize, isAuthError, jwtAuth, scope } from '@countersign/hono'
import { Hono, type Handler } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { describe, expect, it } from 'vitest'
import { assertLeaksNothing, bearer, codeOf, idp, options } from '../../../test/support/adapters.ts'
import { hosts } from './support/serve.ts'

const letIn: Handler = (c) => c.text('let in')

describe.each(hosts)('%s: a refusal', (_name, host) => {
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
    const ask = await host(app)
    const { response, text } = await assertLeaksNothing((headers) => ask('/?marker', { headers }))
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toContain('invalid_token')
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(JSON.parse(text)).toMatchObject({ code: 'token_expired' })
  })
})

describe.each(hosts)('%s: an error that a handler throws', (_name, host) => {
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
