import { inspect } from 'node:util'
import { AuthError, isAuthError, jwtAuth } from '@countersign/express'
import type { ErrorRequestHandler } from 'express'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { idp, kidOf, options, releases, serve } from './support/serve.ts'

describe.each(releases)('%s: a refusal', (_name, express) => {
  it('is written by jwtAuth() itself, past error handlers', async () => {
    const app = express()
    app.use(jwtAuth(options))
    const errors: unknown[] = []
    app.use(((error, _req, res, _next) => {
      errors.push(error)
      res.status(418).end()
    }) satisfies ErrorRequestHandler)
    const ask = await serve(app)
    const response = await ask('/')
    expect(response.status).toBe(401)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.get('www-authenticate')).toBe('Bearer')
    expect(errors).toEqual([])
  })

  it('reaches the error middleware as an AuthError with onRefused "throw", without a stack', async () => {
    const app = express()
    app.use(jwtAuth({ ...options, onRefused: 'throw' }))
    let seen: unknown
    app.use(((error, _req, res, _next) => {
      seen = error
      const { status, headers, body } = error as AuthError
      res
        .status(status)
        .set(headers)
        .json({ mine: true, ...body })
    }) satisfies ErrorRequestHandler)
    const ask = await serve(app)
    const response = await ask('/', { headers: { authorization: 'Bearer x.y.z' } })
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toContain('error="invalid_token"')
    expect(await response.json()).toMatchObject({ mine: true, code: 'token_malformed', status: 401 })
    expect(isAuthError(seen)).toBe(true)
    expect(seen).toMatchObject({
      name: 'AuthError',
      code: 'token_malformed',
      status: 401,
      statusCode: 401,
      message: 'The access token is malformed.',
    })
    expect((seen as AuthError).stack ?? '').not.toMatch(/\n\s+at /)
  })

  it.each(['development', 'production'])(
    '[D6] leaks nothing through the default error handler (%s)',
    async (environment) => {
      const log = vi.spyOn(console, 'error').mockImplementation(() => undefined)
      onTestFinished(() => log.mockRestore())
      const app = express()
      app.set('env', environment)
      app.use(jwtAuth({ ...options, onRefused: 'throw' }))
      const ask = await serve(app)
      const token = await idp.expired({ claims: { email: 'someone@example.test' } })
      const response = await ask('/?marker', { headers: { authorization: `Bearer ${token}` } })
      expect(response.status).toBe(401)
      expect(response.headers.get('www-authenticate')).toContain('invalid_token')
      await vi.waitFor(() => expect(log).toHaveBeenCalled(), 10_000) // Express logs after it has answered
      const logged = inspect(log.mock.calls, { depth: 10 })
      const text = JSON.stringify([...response.headers]) + (await response.text()) + logged
      for (const secret of [
        ...token.split('.'),
        'someone@',
        kidOf(token),
        'marker',
        import.meta.dirname,
        '/packages/',
      ]) {
        expect(text).not.toContain(secret)
      }
    },
  )

  it('[D4] stays a refusal where an error middleware only logs', async () => {
    const app = express()
    app.set('env', 'test') // Express then keeps its log to itself
    app.use(jwtAuth({ ...options, onRefused: 'throw' }))
    app.use(((error, _req, _res, next) => next(error)) satisfies ErrorRequestHandler)
    app.get('/', (_req, res) => void res.send('let in'))
    const ask = await serve(app)
    const response = await ask('/')
    expect(response.status).toBe(401)
    expect(await response.text()).not.toContain('let in')
  })
})
