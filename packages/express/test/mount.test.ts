import { mount } from '@countersign/express'
import { describe, expect, it } from 'vitest'
import { echo, post, read } from '../../../test/support/echo.ts'
import { releases, serve } from './support/serve.ts'

describe.each(releases)('%s: mounted routes', (_name, express) => {
  it('are found behind parameters and routers', async () => {
    const app = express()
    app.use('/:tenant', express.Router().use('/auth', mount(echo())))
    const ask = await serve(app)
    expect(await (await ask('/acme/auth/echo/1?x', post)).json()).toMatchObject({
      url: '/acme/auth/echo/1?x',
      read,
    })
    for (const path of ['/acme/auth//echo/1', '/acme/auth/echo/1/', '/acme/auth/%65cho/1'])
      expect((await ask(path, post)).status).toBe(404)
  })

  it('take a path that somebody has rewritten', async () => {
    const app = express()
    app.use((req, _res, next) => {
      req.url = '/auth/echo/1'
      next()
    })
    app.use('/auth', mount(echo()))
    const ask = await serve(app)
    expect(await (await ask('/login', post)).json()).toMatchObject({ url: '/login', read })
  })

  it('read what parsers of texts and raw bodies have left', async () => {
    for (const parser of [
      express.text({ type: '*/*' }),
      express.raw({ type: '*/*' }),
      express.urlencoded({ extended: false }),
    ]) {
      const ask = await serve(express().use(parser).use(mount(echo())))
      expect(await (await ask('/echo/1', post)).json()).toMatchObject({ read })
    }
  })

  it('know the address that the application trusts', async () => {
    const app = express().set('trust proxy', true).use(mount(echo()))
    const headers = { ...post.headers, 'x-forwarded-for': '203.0.113.7' }
    const ask = await serve(app)
    expect(await (await ask('/echo/1', { ...post, headers })).json()).toMatchObject({ ip: '203.0.113.7' })
  })

  it('take nothing but a handler', () => {
    expect(() => mount({ routes: () => [] } as never)).toThrow('"handler" must be a route handler, such as sessions.routes(')
  })
})
