import { authorize, isAuthError, jwtAuth, scope } from '@countersign/fastify'
import fastify from 'fastify'
import { describe, expect, it } from 'vitest'
import { assertLeaksNothing, bearer, codeOf, options } from '../../../test/support/adapters.ts'
import { serve } from './support/serve.ts'

const letIn = () => 'let in'

describe('a refusal', () => {
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
    const ask = await serve(app)
    const { response, text } = await assertLeaksNothing((headers) => ask('/?marker', { headers }))
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toContain('invalid_token')
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(JSON.parse(text)).toEqual({
      statusCode: 401,
      code: 'token_expired',
      error: 'Unauthorized',
      message: 'The access token expired.',
    })
  })
})
