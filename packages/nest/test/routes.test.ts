import { IssuerModule, JwtAuthGuard, JwtAuthModule, OptionError, SessionModule } from '@countersign/nest'
import type { RouteHandler } from '@countersign/core/adapter'
import { Catch, Controller, Get, Injectable, Module, type ArgumentsHost } from '@nestjs/common'
import { APP_FILTER, APP_GUARD } from '@nestjs/core'
import type { NestExpressApplication } from '@nestjs/platform-express'
import { describe, expect, it } from 'vitest'
import { options, platforms, serve } from './support/app.ts'

/** Answers with what it was given, and a cookie. */
function echo(greeting = ''): RouteHandler {
  return {
    routes: [
      { method: 'GET', path: '/echo/:id' },
      { method: 'POST', path: '/echo/:id' },
    ],
    async handle({ path, view, ip, readJson }) {
      if (!/^\/echo\/[^/]+$/.test(path)) return undefined
      const answer = { greeting, path, method: view.method, url: view.url(), ip, read: await readJson() }
      const headers = { 'Content-Type': 'application/json', 'Set-Cookie': 'ours=1', Vary: 'Cookie' }
      return { status: 200, headers, body: JSON.stringify(answer) }
    },
  }
}
const sessions = { routes: ({ greeting }: { readonly greeting: string }) => echo(greeting) }
const issuer = { routes: () => echo('issuer') }
const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"a":1}' }
const read = { type: 'json', value: { a: 1 } }

class MineController {
  mine() {
    return 'mine'
  }
}
Controller()(MineController)
Get('mine')(
  MineController.prototype,
  'mine',
  Object.getOwnPropertyDescriptor(MineController.prototype, 'mine')!,
)

describe.each(platforms)('on %s, mounted routes', (_name, platform) => {
  it('are public beside a guard for all, which guards the rest', async () => {
    const { ask } = await serve(platform, {
      imports: [
        JwtAuthModule.forRoot(options),
        SessionModule.forRoot({ sessions, greeting: 'hello' }),
        IssuerModule.forRoot({ issuer }),
      ],
      controllers: [MineController],
      providers: [{ provide: APP_GUARD, useClass: JwtAuthGuard }],
    })
    expect(await (await ask('/auth/echo/a?x', post)).json()).toEqual({
      greeting: 'hello',
      path: '/echo/a',
      method: 'POST',
      url: '/auth/echo/a?x',
      ip: '127.0.0.1',
      read,
    })
    expect(await (await ask('/echo/a')).json()).toMatchObject({ greeting: 'issuer' })
    expect((await ask('/mine')).status).toBe(401)
  })

  it('follow the global prefix, but for those of an issuer', async () => {
    const imports = [
      SessionModule.forRoot({ path: '/auth', sessions, greeting: 'hello' }),
      IssuerModule.forRoot({ issuer }),
    ]
    const { ask } = await serve(platform, { imports }, (app) => app.setGlobalPrefix('api/v1'))
    expect(await (await ask('/api/v1/auth/echo/a')).json()).toMatchObject({
      greeting: 'hello',
      path: '/echo/a',
    })
    expect(await (await ask('/echo/a')).json()).toMatchObject({ greeting: 'issuer', path: '/echo/a' })
    for (const path of ['/auth/echo/a', '/api/v1/echo/a', '/API/v1/auth/echo/a'])
      expect((await ask(path)).status).toBe(404)
  })

  it('may be mounted several times, from factories that inject and await', async () => {
    class Greetings {
      readonly greeting = 'injected'
    }
    Injectable()(Greetings)
    class GreetingsModule {}
    Module({ providers: [Greetings], exports: [Greetings] })(GreetingsModule)
    const factory = { imports: [GreetingsModule], inject: [Greetings] }
    const { ask } = await serve(platform, {
      imports: [
        SessionModule.forRootAsync({
          ...factory,
          path: 'one',
          useFactory: async ({ greeting }: Greetings) => ({ sessions, greeting }),
        }),
        SessionModule.forRoot({ path: 'two/three', sessions, greeting: 'second' }),
        IssuerModule.forRootAsync({ ...factory, useFactory: () => ({ issuer }) }),
      ],
    })
    expect(await (await ask('/one/echo/a')).json()).toMatchObject({ greeting: 'injected' })
    expect(await (await ask('/two/three/echo/a')).json()).toMatchObject({ greeting: 'second' })
    expect(await (await ask('/echo/a')).json()).toMatchObject({ greeting: 'issuer' })
  })

  it.each(['', '/', 'auth/', ':tenant', 'a b'])('refuse the path %j', (path) => {
    expect(() => SessionModule.forRoot({ path, sessions, greeting: '' })).toThrow(OptionError)
    expect(() =>
      SessionModule.forRootAsync({ path, useFactory: () => ({ sessions, greeting: '' }) }),
    ).toThrow(OptionError)
  })

  it('keep the headers of CORS and the cookies of middleware', async () => {
    const imports = [SessionModule.forRoot({ sessions, greeting: '' })]
    const { ask } = await serve(platform, { imports }, (app) => {
      app.enableCors({ origin: ['https://app.test', 'https://b.test'], credentials: true })
      app.use((_req: unknown, res: import('node:http').ServerResponse, next: () => void) => {
        res.appendHeader('Set-Cookie', 'earlier=1')
        next()
      })
    })
    const { headers } = await ask('/auth/echo/a', { headers: { origin: 'https://app.test' } })
    expect(headers.get('access-control-allow-origin')).toBe('https://app.test')
    expect(headers.getSetCookie()).toEqual(['earlier=1', 'ours=1'])
    expect(headers.get('vary')?.split(', ')).toEqual(['Origin', 'Cookie'])
  })

  it('read bodies past the raw ones that the application asks for', async () => {
    const imports = [IssuerModule.forRoot({ issuer })]
    const { ask } = await serve(platform, { imports }, (app) => {
      const types = ['*', 'application/octet-stream']
      for (const type of types)
        (app as NestExpressApplication).useBodyParser(
          app.getHttpAdapter().getType() === 'fastify' ? (type as 'raw') : 'raw',
          { type: '*/*' },
        )
    })
    expect(await (await ask('/echo/a', post)).json()).toMatchObject({ read })
  })

  it('leave the bodies of controllers to Nest', async () => {
    const imports = [IssuerModule.forRoot({ issuer })]
    const { ask } = await serve(platform, { imports, controllers: [MineController] })
    expect(await (await ask('/mine')).text()).toBe('mine')
    expect((await ask('/mine', post)).status).toBe(404)
  })

  it('hand what fails to the filters of the application, with its cause', async () => {
    const cause = new Error('the store is down')
    const failing = { routes: [{ method: 'GET', path: '/a' }], handle: () => Promise.reject(cause) }
    const errors: unknown[] = []
    class Filter {
      catch(error: unknown, host: ArgumentsHost): void {
        errors.push(error)
        const response = host
          .switchToHttp()
          .getResponse<{ status(code: number): { send(text: string): void } }>()
        response.status(503).send('down')
      }
    }
    Catch()(Filter)
    const { ask } = await serve(platform, {
      imports: [IssuerModule.forRoot({ issuer: { routes: () => failing } })],
      providers: [{ provide: APP_FILTER, useClass: Filter }],
    })
    expect((await ask('/a')).status).toBe(503)
    expect(errors).toMatchObject([{ status: 500, cause }])
  })
})
