import { mount } from '@countersign/express'
import type { RouteHandler } from '@countersign/core/adapter'
import { describe, expect, it } from 'vitest'
import { releases, serve } from './support/serve.ts'

/** Answers with what it was given. */
const echo: RouteHandler = {
  routes: [{ method: 'POST', path: '/echo' }],
  async handle({ path, view, ip, readJson }) {
    if (path !== '/echo') return undefined
    const answer = { method: view.method, url: view.url(), ip, read: await readJson() }
    return { status: 200, headers: [['Content-Type', 'application/json']], body: JSON.stringify(answer) }
  },
}
const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"a":1}' }
const read = { type: 'json', value: { a: 1 } }

describe.each(releases)('%s: mounted routes', (_name, express) => {
  it('are found behind parameters and routers', async () => {
    const app = express()
    app.use('/:tenant', express.Router().use('/auth', mount(echo)))
    const ask = await serve(app)
    expect(await (await ask('/acme/auth/echo?x', post)).json()).toMatchObject({
      url: '/acme/auth/echo?x',
      read,
    })
    for (const path of ['/acme/auth//echo', '/acme/auth/echo/', '/acme/auth/%65cho'])
      expect((await ask(path, post)).status).toBe(404)
  })

  it('take a path that somebody has rewritten', async () => {
    const app = express()
    app.use((req, _res, next) => {
      req.url = '/auth/echo'
      next()
    })
    app.use('/auth', mount(echo))
    const ask = await serve(app)
    expect(await (await ask('/login', post)).json()).toMatchObject({ url: '/login', read })
  })

  it('read what parsers of texts and raw bodies have left', async () => {
    for (const parser of [
      express.text({ type: '*/*' }),
      express.raw({ type: '*/*' }),
      express.urlencoded({ extended: false }),
    ]) {
      const ask = await serve(express().use(parser).use(mount(echo)))
      expect(await (await ask('/echo', post)).json()).toMatchObject({ read })
    }
  })

  it('know the address that the application trusts', async () => {
    const app = express().set('trust proxy', true).use(mount(echo))
    const headers = { ...post.headers, 'x-forwarded-for': '203.0.113.7' }
    const ask = await serve(app)
    expect(await (await ask('/echo', { ...post, headers })).json()).toMatchObject({ ip: '203.0.113.7' })
  })

  it('hand what fails to the error handler, with its cause', async () => {
    const cause = new Error('the store is down')
    const failing = { routes: [] as [], handle: () => Promise.reject(cause) }
    const app = express().use(mount(failing))
    const errors: unknown[] = []
    app.use(((error: unknown, _req, res, _next) => {
      errors.push(error)
      res.status(503).end()
    }) satisfies import('express').ErrorRequestHandler)
    const ask = await serve(app)
    expect((await ask('/')).status).toBe(503)
    expect(errors).toMatchObject([{ status: 500, cause }])
  })

  it('take nothing but a handler', () => {
    expect(() => mount({ routes: () => [] } as never)).toThrow(
      '"handler" must be a route handler, such as sessions.routes(',
    )
  })
})
