import { jwtAuth } from '@countersign/express'
import type { ErrorRequestHandler } from 'express'
import { describe, expect, it } from 'vitest'
import { bearer, idp, options, releases, serve } from './support/serve.ts'

const cookieOptions = { ...options, cookie: true, origin: 'https://app.test' }
const cookie = { cookie: await idp.cookie() }

describe.each(releases)('%s: the answer of a handler', (_name, express) => {
  it('[E6] keeps its own Cache-Control, and adds to Vary', async () => {
    const app = express()
    app.use(jwtAuth(cookieOptions))
    app.get('/', (_req, res) => {
      res.vary('Accept').set('Cache-Control', 'private, max-age=5').send('mine')
    })
    const ask = await serve(app)
    const response = await ask('/', { headers: cookie })
    expect(response.headers.get('cache-control')).toBe('private, max-age=5')
    expect(response.headers.get('vary')).toBe('Cookie, Accept')
  })

  it('[E6] keeps what an earlier middleware put into Vary', async () => {
    const app = express()
    app.use((_req, res, next) => {
      res.vary('Origin')
      next()
    })
    app.use(jwtAuth(cookieOptions))
    app.get('/', (_req, res) => void res.send('mine'))
    const ask = await serve(app)
    expect((await ask('/', { headers: cookie })).headers.get('vary')).toBe('Origin, Cookie')
  })

  it('to a request by header is left alone', async () => {
    const app = express()
    app.use(jwtAuth(options))
    app.get('/', (_req, res) => void res.send('mine'))
    const ask = await serve(app)
    const response = await ask('/', { headers: await bearer() })
    expect(response.headers.get('cache-control')).toBeNull()
    expect(response.headers.get('vary')).toBeNull()
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('a bug')
      },
    ],
    ['passes an error on', (next: (error: unknown) => void) => next(new Error('a bug'))],
  ])('that %s still is Express’ error handling’s', async (_what, fail) => {
    const app = express()
    app.use(jwtAuth(options))
    app.get('/', (_req, _res, next) => fail(next))
    app.use(((error, _req, res, _next) => {
      res.status(418).json({ message: (error as Error).message })
    }) satisfies ErrorRequestHandler)
    const ask = await serve(app)
    const response = await ask('/', { headers: await bearer() })
    expect(response.status).toBe(418)
    expect(await response.json()).toEqual({ message: 'a bug' })
  })

  it('comes once: next is called exactly once for a request that passes, and never for one that does not', async () => {
    const app = express()
    const auth = jwtAuth(options)
    let calls = 0
    app.use((req, res, next) =>
      auth(req, res, (error?: unknown) => {
        calls++
        next(error)
      }),
    )
    app.get('/', () => {
      throw new Error('a bug')
    })
    app.use(((_error, _req, res, _next) => void res.status(418).end()) satisfies ErrorRequestHandler)
    const ask = await serve(app)
    expect((await ask('/', { headers: await bearer() })).status).toBe(418)
    expect(calls).toBe(1)
    expect((await ask('/')).status).toBe(401)
    expect(calls).toBe(1)
  })
})

it('Express 5: a handler that rejects still is Express’ error handling’s', async () => {
  const [, express] = releases[0]!
  const app = express()
  app.use(jwtAuth(options))
  app.get('/', () => Promise.reject(new Error('a bug')))
  app.use(((error, _req, res, _next) => {
    res.status(418).json({ message: (error as Error).message })
  }) satisfies ErrorRequestHandler)
  const ask = await serve(app)
  const response = await ask('/', { headers: await bearer() })
  expect(response.status).toBe(418)
  expect(await response.json()).toEqual({ message: 'a bug' })
})
