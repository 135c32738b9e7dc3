import { inspect } from 'node:util'
import { AuthError, authorize, isAuthError, jwtAuth, scope } from '@countersign/express'
import { createTestIssuer } from '@countersign/testing'
import type { ErrorRequestHandler } from 'express'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { bearer, clock, codeOf, idp, kidOf, options, releases, serve } from './support/serve.ts'

/** An error middleware, and the first error that it gets. */
function errorSeen(): { handler: ErrorRequestHandler; error: Promise<unknown> } {
  let handler: ErrorRequestHandler | undefined
  const error = new Promise<unknown>((resolve) => {
    handler = (got, _req, _res, _next) => resolve(got)
  })
  return { handler: handler!, error }
}

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

  it('has no body for HEAD, but its headers', async () => {
    const app = express()
    app.use(jwtAuth(options))
    const ask = await serve(app)
    const response = await ask('/', { method: 'HEAD' })
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toBe('Bearer')
    expect(await response.text()).toBe('')
  })

  it.each([
    ['expired', 'token_expired'],
    ['wrongAudience', 'claim_mismatch'],
    ['unsigned', 'token_malformed'],
    ['tampered', 'signature_invalid'],
  ] as const)('[E7] of a token that is %s is 401 %s', async (kind, code) => {
    const app = express()
    app.use(jwtAuth(options))
    app.get('/', (_req, res) => void res.send('let in'))
    const ask = await serve(app)
    const response = await ask('/', { headers: { authorization: `Bearer ${await idp[kind]()}` } })
    expect([response.status, await codeOf(response)]).toEqual([401, code])
  })

  it('[D8] is 503 where the keys are out of reach, and 401 once a key is taken out', async () => {
    const own = await createTestIssuer({ clock })
    const app = express()
    app.use(jwtAuth(own.options))
    app.get('/', (_req, res) => void res.send('let in'))
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

  it('reaches it from a guard, too', async () => {
    const app = express()
    app.use(jwtAuth(options))
    app.get('/', authorize(scope('a'), { onRefused: 'throw' }), (_req, res) => void res.send('let in'))
    app.use(((error, _req, res, _next) => {
      res.status(418).json({ code: (error as AuthError).code })
    }) satisfies ErrorRequestHandler)
    const ask = await serve(app)
    const response = await ask('/', { headers: await bearer() })
    expect(response.status).toBe(418)
    expect(await response.json()).toEqual({ code: 'scope_insufficient' })
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

  it.each([
    ['onExpired', () => undefined],
    ['onError', () => undefined],
    ['credentialsRequired', false],
    ['passthrough', true],
  ])('[D4] cannot be turned into success: there is no option %s', (name, value) => {
    expect(() => jwtAuth({ ...options, [name]: value })).toThrow(`option "${name}" does not exist`)
  })

  it('[D4] cannot be turned into success by a function as onRefused', () => {
    const hook = ((_req: unknown, _res: unknown, next: () => void) => next()) as never
    expect(() => jwtAuth({ ...options, onRefused: hook })).toThrow(
      'a hook that could let a request in does not exist',
    )
  })

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

  it('that comes too late, after a time-out answered, does not bring the process down', async () => {
    const app = express()
    const late = errorSeen()
    app.use((_req, res, next) => {
      res.status(504).end('too late')
      next()
    })
    app.use(jwtAuth(options))
    app.use(late.handler)
    const ask = await serve(app)
    expect((await ask('/')).status).toBe(504)
    expect(isAuthError(await late.error)).toBe(true)
    expect((await ask('/', { headers: await bearer() })).status).toBe(504)
  })

  it('of a guard that comes too late does not bring the process down', async () => {
    const app = express()
    const late = errorSeen()
    app.use(jwtAuth(options), (_req, res, next) => {
      res.status(504).end('too late')
      next()
    })
    app.get('/', authorize(scope('a')))
    app.use(late.handler)
    const ask = await serve(app)
    expect((await ask('/', { headers: await bearer() })).status).toBe(504)
    expect(await late.error).toMatchObject({ code: 'scope_insufficient' })
  })

  it('of a check that throws is 500, and its message stays here', async () => {
    const app = express()
    app.use(jwtAuth({ ...options, isRevoked: () => Promise.reject(new Error('redis://user:secret@host')) }))
    const ask = await serve(app)
    const response = await ask('/', { headers: await bearer() })
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toBe('5')
    expect(await codeOf(response)).toBe('revocation_unavailable')
  })
})
