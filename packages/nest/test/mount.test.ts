import { JwtAuthGuard, JwtAuthModule, MountModule, OptionError } from '@countersign/nest'
import { Catch, Controller, Get, Injectable, Module, type ArgumentsHost } from '@nestjs/common'
import { APP_FILTER, APP_GUARD } from '@nestjs/core'
import type { NestExpressApplication } from '@nestjs/platform-express'
import { describe, expect, it } from 'vitest'
import { options } from '../../../test/support/adapters.ts'
import { echo, post, read } from '../../../test/support/echo.ts'
import { platforms, serve } from './support/app.ts'

const atRoot = () => MountModule.forRoot({ handler: echo('issuer') })

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
        MountModule.forRoot({ path: 'auth', handler: echo('hello') }),
        atRoot(),
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

  it('follow the global prefix where they have a path', async () => {
    const imports = [MountModule.forRoot({ path: '/auth', handler: echo('hello') }), atRoot()]
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
      createMountOptions() {
        return { handler: echo(`${this.greeting} itself`) }
      }
    }
    Injectable()(Greetings)
    class GreetingsModule {}
    Module({ providers: [Greetings], exports: [Greetings] })(GreetingsModule)
    const factory = { imports: [GreetingsModule], inject: [Greetings] }
    const { ask } = await serve(platform, {
      imports: [
        MountModule.forRootAsync({
          ...factory,
          path: 'one',
          useFactory: async ({ greeting }: Greetings) => ({ handler: echo(greeting) }),
        }),
        MountModule.forRoot({ path: 'two/three', handler: echo('second') }),
        MountModule.forRootAsync({ ...factory, path: 'existing', useExisting: Greetings }),
        MountModule.forRootAsync({ path: 'class', useClass: Greetings }),
        atRoot(),
      ],
    })
    expect(await (await ask('/one/echo/a')).json()).toMatchObject({ greeting: 'injected' })
    for (const path of ['/existing/echo/a', '/class/echo/a'])
      expect(await (await ask(path)).json()).toMatchObject({ greeting: 'injected itself' })
    expect(await (await ask('/two/three/echo/a')).json()).toMatchObject({ greeting: 'second' })
    expect(await (await ask('/echo/a')).json()).toMatchObject({ greeting: 'issuer' })
  })

  it.each(['', '/', 'auth/', ':tenant', 'a b'])('refuse the path %j', (path) => {
    expect(() => MountModule.forRoot({ path, handler: echo() })).toThrow(OptionError)
    expect(() => MountModule.forRootAsync({ path, useFactory: () => ({ handler: echo() }) })).toThrow(
      OptionError,
    )
  })

  it('keep the headers of CORS and the cookies of middleware', async () => {
    const imports = [MountModule.forRoot({ path: 'auth', handler: echo() })]
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
    const imports = [atRoot()]
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
    const imports = [atRoot()]
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
      imports: [MountModule.forRoot({ handler: failing })],
      providers: [{ provide: APP_FILTER, useClass: Filter }],
    })
    expect((await ask('/a')).status).toBe(503)
    expect(errors).toMatchObject([{ status: 500, cause }])
  })
})

describe('MountModule names the mistake in', () => {
  const make = () => ({ handler: echo() })
  it.each([
    [{ handlers: echo() }, '"handlers" does not exist: did you mean "handler"?'],
    [{ path: 'auth' }, '"handler" must be a route handler, such as sessions.routes('],
    [{ handler: { routes: () => echo() } }, '"handler" must be a route handler, such as sessions.routes('],
    [null, '"options" must be an object, got null'],
  ])('forRoot(%j)', (given, message) => {
    expect(() => MountModule.forRoot(given as never)).toThrow(message)
  })

  it.each([
    [{ useFactori: make }, '"useFactori" does not exist: did you mean "useFactory"?'],
    [{}, '"useFactory" or "useClass" or "useExisting" is required'],
    [{ useFactory: make, useExisting: 'x' }, 'exactly one of them'],
  ])('forRootAsync(%j)', (given, message) => {
    expect(() => MountModule.forRootAsync(given as never)).toThrow(message)
  })

  it('what a factory makes', async () => {
    const imports = [MountModule.forRootAsync({ useFactory: () => ({}) as never })]
    await expect(serve(platforms[0]![1], { imports })).rejects.toThrow('"handler" must be')
  })
})
