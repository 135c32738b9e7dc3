import { jwtAuth } from '@countersign/express'
import type { ErrorRequestHandler } from 'express'
import { describe, expect, it } from 'vitest'
import { bearer, options } from '../../../test/support/adapters.ts'
import { releases, serve } from './support/serve.ts'

describe.each(releases)('%s: the answer of a handler', (_name, express) => {
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
