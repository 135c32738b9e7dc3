import { AuthError, authorize, isAuthError, jwtAuth, scope } from '@countersign/fastify'
import cors from '@fastify/cors'
import fastify from 'fastify'
import { describe, expect, it } from 'vitest'
import { bearer, codeOf, idp, kidOf, options, serve } from './support/serve.ts'

const letIn = () => 'let in'

describe('a refusal', () => {
  it('is answered by jwtAuth() itself, and is no error', async () => {
    const app = fastify()
    const errors: unknown[] = []
    app.addHook('onError', async (_request, _reply, error) => void errors.push(error))
    await app.register(jwtAuth(options))
    app.get('/', letIn)
    const response = await (await serve(app))('/')
    expect(response.status).toBe(401)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.get('www-authenticate')).toBe('Bearer')
    expect(await codeOf(response)).toBe('credential_missing')
    expect(errors).toEqual([])
  })

  it('comes before the body is read, and passes the onSend hooks of others', async () => {
    const app = fastify({ bodyLimit: 10 })
    app.addHook('onSend', async (_request, reply) => void reply.header('X-Request-Id', '1'))
    await app.register(jwtAuth(options))
    app.post('/', letIn)
    const ask = await serve(app)
    const body = 'x'.repeat(100)
    const refused = await ask('/', { method: 'POST', body })
    expect([refused.status, refused.headers.get('x-request-id')]).toEqual([401, '1'])
    expect((await ask('/', { method: 'POST', body, headers: await bearer() })).status).toBe(413)
  })

  it('reaches setErrorHandler as an AuthError with onRefused "throw", without a stack', async () => {
    const app = fastify()
    let caught: unknown
    app.setErrorHandler((error: AuthError, _request, reply) => {
      caught = error
      return reply
        .code(error.status)
        .headers(error.headers)
        .send({ mine: true, ...error.body })
    })
    await app.register(jwtAuth({ ...options, onRefused: 'throw' }))
    app.get('/', letIn)
    const response = await (await serve(app))('/', { headers: { authorization: 'Bearer x.y.z' } })
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toContain('error="invalid_token"')
    expect(await response.json()).toMatchObject({ mine: true, code: 'token_malformed', status: 401 })
    expect(isAuthError(caught)).toBe(true)
    expect((caught as AuthError).stack ?? '').not.toMatch(/\n\s+at /)
  })

  it.each([
    ['config', { config: { auth: scope('a') } }],
    ['a guard behind jwtAuth()', { preHandler: authorize(scope('a')) }],
  ])('by %s reaches setErrorHandler too, where jwtAuth() throws', async (_what, route) => {
    const app = fastify()
    app.setErrorHandler((error, _request, reply) =>
      reply.code(418).send({ ours: isAuthError(error) && error.code }),
    )
    await app.register(jwtAuth({ ...options, onRefused: 'throw' }))
    app.get('/', route, letIn)
    const response = await (await serve(app))('/', { headers: await bearer() })
    expect([response.status, await response.json()]).toEqual([418, { ours: 'scope_insufficient' }])
  })

  it('by a guard can go another way than those of jwtAuth()', async () => {
    const app = fastify()
    app.setErrorHandler((_error, _request, reply) => reply.code(418).send())
    await app.register(jwtAuth({ ...options, onRefused: 'throw' }))
    app.get('/', { preHandler: authorize(scope('a'), { onRefused: 'respond' }) }, letIn)
    const response = await (await serve(app))('/', { headers: await bearer() })
    expect(await codeOf(response)).toBe('scope_insufficient')
  })

  it("[D6] leaks nothing through Fastify's default handler, which keeps status and headers", async () => {
    const app = fastify()
    await app.register(jwtAuth({ ...options, onRefused: 'throw' }))
    app.get('/', letIn)
    const token = await idp.expired({ claims: { email: 'someone@example.test' } })
    const response = await (await serve(app))('/?marker', { headers: { authorization: `Bearer ${token}` } })
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toContain('invalid_token')
    expect(response.headers.get('cache-control')).toBe('no-store')
    const text = await response.text()
    expect(JSON.parse(text)).toEqual({
      statusCode: 401,
      code: 'token_expired',
      error: 'Unauthorized',
      message: 'The access token expired.',
    })
    const secrets = [...token.split('.'), 'someone@', kidOf(token), 'marker', import.meta.dirname]
    for (const secret of secrets) expect(JSON.stringify([...response.headers]) + text).not.toContain(secret)
  })

  it('[D4] stays a refusal where an error handler only logs', async () => {
    const app = fastify()
    let handled = false
    app.setErrorHandler((_error, _request, reply) => reply.send('logged'))
    await app.register(jwtAuth({ ...options, onRefused: 'throw' }))
    app.get('/', () => {
      handled = true
      return 'let in'
    })
    expect(await (await (await serve(app))('/')).text()).toBe('logged')
    expect(handled).toBe(false)
  })
})

const cookieOptions = { ...options, cookie: true, origin: 'https://app.test' }
const cookie = { cookie: await idp.cookie() }

describe('the answer of a handler', () => {
  it('[E6] keeps its own Cache-Control, and what was in Vary', async () => {
    const app = fastify()
    app.addHook('onRequest', async (_request, reply) => void reply.header('Vary', 'Origin'))
    await app.register(jwtAuth(cookieOptions))
    app.get('/', (_request, reply) => reply.header('Cache-Control', 'private, max-age=5').send('mine'))
    const response = await (await serve(app))('/', { headers: cookie })
    expect(response.headers.get('cache-control')).toBe('private, max-age=5')
    expect(response.headers.get('vary')).toBe('Origin, Cookie')
  })

  it('to a request by header is left alone', async () => {
    const app = fastify()
    await app.register(jwtAuth(options))
    app.get('/', letIn)
    const response = await (await serve(app))('/', { headers: await bearer() })
    expect(response.headers.get('cache-control')).toBeNull()
    expect(response.headers.get('vary')).toBeNull()
  })

  it("that throws still is Fastify's error handling's", async () => {
    const app = fastify()
    await app.register(jwtAuth(options))
    app.get('/', () => Promise.reject(Object.assign(new Error('a bug'), { statusCode: 418 })))
    const response = await (await serve(app))('/', { headers: await bearer() })
    expect(response.status).toBe(418)
    expect(await response.json()).toMatchObject({ message: 'a bug' })
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

describe('OPTIONS and the real @fastify/cors package', () => {
  it('[D3] a preflight is answered by cors before jwtAuth(), without credentials', async () => {
    const app = fastify()
    await app.register(cors, { origin: ORIGIN })
    await app.register(jwtAuth(options))
    app.get('/me', letIn)
    const ask = await serve(app)
    const response = await ask('/me', preflight)
    expect(response.status).toBe(204)
    expect(response.headers.get('access-control-allow-origin')).toBe(ORIGIN)
    expect(response.headers.get('access-control-allow-headers')).toBe('authorization')
    const got = await ask('/me', { headers: { origin: ORIGIN, ...(await bearer()) } })
    expect(await got.text()).toBe('let in')
    expect(got.headers.get('access-control-allow-origin')).toBe(ORIGIN)
  })

  it.each(['respond', 'throw'] as const)(
    '[D3] a refusal keeps the headers of cors, so that the page can read it (%s)',
    async (onRefused) => {
      const app = fastify()
      await app.register(cors, { origin: ORIGIN })
      await app.register(jwtAuth({ ...options, onRefused }))
      app.get('/me', letIn)
      const response = await (await serve(app))('/me', { headers: { origin: ORIGIN } })
      expect(response.status).toBe(401)
      expect(response.headers.get('access-control-allow-origin')).toBe(ORIGIN)
      expect(response.headers.get('www-authenticate')).toBe('Bearer')
    },
  )

  it('[D3] no OPTIONS gets past jwtAuth() for its headers', async () => {
    const app = fastify()
    await app.register(jwtAuth(options))
    app.options('/me', letIn)
    app.all('/all', letIn)
    const ask = await serve(app)
    for (const path of ['/me', '/all', '/nothing']) {
      const response = await ask(path, preflight)
      expect([path, response.status, await codeOf(response)]).toEqual([path, 401, 'credential_missing'])
    }
    const admitted = await ask('/me', {
      ...preflight,
      headers: { ...preflight.headers, ...(await bearer()) },
    })
    expect(await admitted.text()).toBe('let in')
  })
})
