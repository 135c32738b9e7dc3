import { jwtAuth, requireScopes } from '@countersign/express'
import '@countersign/express/global'
import { describe, expect, it } from 'vitest'
import { bearer, codeOf, idp, options } from '../../../test/support/adapters.ts'
import { releases, serve } from './support/serve.ts'

describe.each(releases)('%s: where jwtAuth() stands', (_name, express) => {
  const subject: import('express').RequestHandler = (req, res) =>
    void res.json({ subject: req.auth?.subject ?? null })

  it('protects a router, and only that', async () => {
    const app = express()
    const api = express.Router()
    api.use(jwtAuth(options))
    api.get('/me', subject)
    app.use('/api', api)
    app.get('/me', subject)
    const ask = await serve(app)
    expect((await ask('/api/me')).status).toBe(401)
    expect((await ask('/api/me', { headers: await bearer() })).status).toBe(200)
    expect((await ask('/me')).status).toBe(200)
  })

  it('[D5] protects a mount path in every spelling that Express takes for it', async () => {
    const app = express()
    app.use('/api', jwtAuth(options))
    app.use('/api', subject)
    const ask = await serve(app)
    for (const path of ['/api', '/api/', '/API/x', '/api//x', '/api/%61', '/api/../api/x', '/api/x?y=/api']) {
      expect([path, (await ask(path)).status]).toEqual([path, 401])
    }
  })

  it('protects a single route', async () => {
    const app = express()
    app.get('/me', jwtAuth(options), subject)
    app.get('/other', subject)
    const ask = await serve(app)
    expect((await ask('/me')).status).toBe(401)
    expect((await ask('/me', { headers: await bearer() })).status).toBe(200)
    expect((await ask('/other')).status).toBe(200)
  })

  it('reads a token from the query of the whole address, not of what a mount path leaves', async () => {
    const app = express()
    app.use('/api', jwtAuth({ ...options, dangerouslyReadQuery: 'token' }), subject)
    const ask = await serve(app)
    const response = await ask(`/api/me?token=${await idp.token()}`)
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(await response.json()).toEqual({ subject: 'user-1' })
  })

  it('guards a whole router with a requirement', async () => {
    const app = express()
    app.use(jwtAuth(options))
    app.use('/orders', requireScopes('orders:read'), subject)
    const ask = await serve(app)
    expect(await codeOf(await ask('/orders/1', { headers: await bearer() }))).toBe('scope_insufficient')
    expect((await ask('/orders/1', { headers: await bearer({ scope: 'orders:read' }) })).status).toBe(200)
  })

  it('names its middlewares, for stack traces and route lists', () => {
    expect(jwtAuth(options).name).toBe('jwtAuthMiddleware')
    expect(requireScopes('a').name).toBe('authorizeMiddleware')
  })
})
