import { issuerRoutes, OptionError, sessionRoutes } from '@countersign/koa'
import type { HandlerResponse, RouteHandler } from '@countersign/core/adapter'
import mount from 'koa-mount'
import { describe, expect, it } from 'vitest'
import { errorsOf, releases, serve } from './support/serve.ts'

/** Answers each path with this. */
function answering(answers: Record<string, Partial<HandlerResponse>>): RouteHandler {
  return {
    routes: Object.keys(answers).map((path) => ({ method: 'GET', path })),
    handle: async ({ path }) =>
      answers[path] && { status: 200, headers: {}, body: undefined, ...answers[path] },
  }
}
const hello = { routes: () => answering({ '/hello': { body: 'hello' } }) }

describe.each(releases)('%s: mounted routes', (_name, Koa) => {
  it('are at /auth unless they are told otherwise', async () => {
    const app = new Koa().use(sessionRoutes(hello, {})).use(sessionRoutes(hello, { prefix: '/api/login' }))
    const ask = await serve(app)
    for (const path of ['/auth/hello', '/api/login/hello'])
      expect(await (await ask(path)).text()).toBe('hello')
    for (const path of ['/hello', '/api/hello', '/AUTH/hello', '/auth/hello/'])
      expect((await ask(path)).status).toBe(404)
  })

  it.each(['', '/', 'auth', '/auth/', '/:tenant'])('refuse the prefix %j', (prefix) => {
    expect(() => sessionRoutes(hello, { prefix })).toThrow(OptionError)
  })

  it('keep their own prefix from the sessions', () => {
    const seen: unknown[] = []
    const sessions = {
      routes(options: { readonly a: number }) {
        seen.push(options)
        return answering({})
      },
    }
    sessionRoutes(sessions, { prefix: '/x', a: 1 })
    expect(seen).toEqual([{ a: 1 }])
  })

  it('may be mounted below another path', async () => {
    const ask = await serve(new Koa().use(mount('/api', sessionRoutes(hello, {}))))
    expect(await (await ask('/api/auth/hello')).text()).toBe('hello')
  })

  it('answer what the handler says, and nothing that Koa guesses', async () => {
    const handler = answering({
      '/empty': { status: 200 },
      '/html': { body: '<b>', headers: { 'Content-Type': 'text/x-own' } },
      '/untyped': { status: 405, body: 'text' },
      '/none': { status: 204 },
    })
    const app = new Koa().use((ctx, next) => {
      ctx.type = 'application/json'
      return next()
    })
    const ask = await serve(app.use(issuerRoutes({ routes: () => handler })))
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
    const failing = { routes: [], handle: () => Promise.reject(cause) }
    const app = new Koa()
    const seen: unknown[] = []
    app.use(async (ctx, next) => {
      await next()
      seen.push([ctx.status, ctx.body])
    })
    app.use(sessionRoutes(hello, {})).use(issuerRoutes({ routes: () => failing }))
    const errors = errorsOf(app)
    const ask = await serve(app)
    await ask('/auth/hello')
    expect(seen).toEqual([[200, 'hello']])
    const response = await ask('/other')
    expect([response.status, await response.text()]).toEqual([500, 'Internal Server Error'])
    expect(errors).toMatchObject([{ cause }])
  })
})
