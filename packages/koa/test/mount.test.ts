import { mount, OptionError } from '@countersign/koa'
import type { HandlerResponse, RouteHandler } from '@countersign/core/adapter'
import koaMount from 'koa-mount'
import { describe, expect, it } from 'vitest'
import { errorsOf, releases, serve } from './support/serve.ts'

/** Answers each path with this. */
function answering(answers: Record<string, Partial<HandlerResponse>>): RouteHandler {
  return {
    routes: Object.keys(answers).map((path) => ({ method: 'GET', path })),
    handle: async ({ path }) =>
      answers[path] && { status: 200, headers: [], body: undefined, ...answers[path] },
  }
}
const hello = answering({ '/hello': { body: 'hello' } })

describe.each(releases)('%s: mounted routes', (_name, Koa) => {
  it('are below the path that they are mounted at', async () => {
    const app = new Koa().use(mount('/auth', hello)).use(mount('/api/login', hello))
    const ask = await serve(app)
    for (const path of ['/auth/hello', '/api/login/hello'])
      expect(await (await ask(path)).text()).toBe('hello')
    for (const path of ['/hello', '/api/hello', '/AUTH/hello', '/auth/hello/'])
      expect((await ask(path)).status).toBe(404)
  })

  it.each(['', '/', 'auth', '/auth/', '/:tenant'])('refuse the path %j', (path) => {
    expect(() => mount(path, hello)).toThrow(OptionError)
  })

  it('take nothing but a handler', () => {
    const message = '"handler" must be a route handler, such as sessions.routes('
    expect(() => mount({ routes: () => [] } as never)).toThrow(message)
    expect(() => mount('/auth', {} as never)).toThrow(message)
    expect(() => mount('/auth' as never)).toThrow(message)
  })

  it('may be mounted below another path', async () => {
    const ask = await serve(new Koa().use(koaMount('/api', mount('/auth', hello))))
    expect(await (await ask('/api/auth/hello')).text()).toBe('hello')
  })

  it('answer what the handler says, and nothing that Koa guesses', async () => {
    const handler = answering({
      '/empty': { status: 200 },
      '/html': { body: '<b>', headers: [['Content-Type', 'text/x-own']] },
      '/untyped': { status: 405, body: 'text' },
      '/none': { status: 204 },
    })
    const app = new Koa().use((ctx, next) => {
      ctx.type = 'application/json'
      return next()
    })
    const ask = await serve(app.use(mount(handler)))
    const answers = []
    for (const path of ['/empty', '/html', '/untyped', '/none']) {
      const response = await ask(path)
      answers.push([response.status, response.headers.get('content-type'), await response.text()])
    }
    expect(answers).toEqual([
      [200, null, ''],
      [200, 'text/x-own', '<b>'],
      [405, null, 'text'],
      [204, null, ''],
    ])
  })

  it('let middleware around them see the answer, and the cause of what fails', async () => {
    const cause = new Error('the store is down')
    const failing = { routes: [] as [], handle: () => Promise.reject(cause) }
    const app = new Koa()
    const seen: unknown[] = []
    app.use(async (ctx, next) => {
      await next()
      seen.push([ctx.status, ctx.body])
    })
    app.use(mount('/auth', hello)).use(mount(failing))
    const errors = errorsOf(app)
    const ask = await serve(app)
    await ask('/auth/hello')
    expect(seen).toEqual([[200, 'hello']])
    const response = await ask('/other')
    expect([response.status, await response.text()]).toEqual([500, 'Internal Server Error'])
    expect(errors).toMatchObject([{ cause }])
  })
})
