import { JwtAuthGuard, JwtAuthModule, OptionError, SessionModule } from '@countersign/nest'
import type { RouteHandler } from '@countersign/core/adapter'
import { Controller, Get, type INestApplication } from '@nestjs/common'
import { APP_GUARD } from '@nestjs/core'
import { describe, expect, it } from 'vitest'
import { bearer, options, platforms, serve } from './support/app.ts'

/** Sends every GET that asks for it to where it is. */
const renewal: RouteHandler = {
  routes: [],
  async handle({ view, path, ip }) {
    if (view.method !== 'GET' || view.header('x-expired').length === 0) return undefined
    const headers = {
      Location: view.url(),
      'X-Path': path,
      'X-Ip': ip ?? 'unknown',
      'Set-Cookie': ['a=1', 'b=2'],
    }
    return { status: 303, headers, body: undefined }
  },
}
const nothing: RouteHandler = { routes: [], handle: async () => undefined }
const sessions = { routes: () => nothing, renewal: () => renewal }
const expired = { headers: { 'x-expired': '1' } }

class PageController {
  page() {
    return 'page'
  }
}
Controller()(PageController)
Get('page')(
  PageController.prototype,
  'page',
  Object.getOwnPropertyDescriptor(PageController.prototype, 'page')!,
)

describe.each(platforms)('on %s, renewal', (_name, platform) => {
  const modules = {
    forRoot: SessionModule.forRoot({ sessions, renewal: true }),
    forRootAsync: SessionModule.forRootAsync({ useFactory: async () => ({ sessions, renewal: true }) }),
  }
  const withModule = (module: (typeof modules)['forRoot'], configure?: (app: INestApplication) => unknown) =>
    serve(
      platform,
      {
        imports: [JwtAuthModule.forRoot(options), module],
        controllers: [PageController],
        providers: [{ provide: APP_GUARD, useClass: JwtAuthGuard }],
      },
      configure,
    )

  it.each(Object.entries(modules))(
    'by %s answers before guards, and leaves the rest to them',
    async (_by, module) => {
      const { ask } = await withModule(module)
      const response = await ask('/page?a=1', { redirect: 'manual', ...expired })
      expect([response.status, response.headers.get('location')]).toEqual([303, '/page?a=1'])
      expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
      expect(response.headers.get('x-path')).toBe('/page')
      expect((await ask('/page')).status).toBe(401)
      expect(await (await ask('/page', { headers: await bearer() })).text()).toBe('page')
    },
  )

  it('is for pages behind a global prefix, too', async () => {
    const { ask } = await withModule(modules.forRoot, (app) => app.setGlobalPrefix('app'))
    const response = await ask('/app/page', { redirect: 'manual', ...expired })
    expect(response.headers.get('location')).toBe('/app/page')
  })

  it('is not there unless it is asked for', async () => {
    const { ask } = await withModule(SessionModule.forRoot({ sessions }))
    expect((await ask('/page', expired)).status).toBe(401)
  })
})

it('sessions without renewal are refused at the start', () => {
  const make = () => SessionModule.forRoot({ sessions: { routes: () => sessions.routes() }, renewal: true })
  expect(make).toThrow(OptionError)
  expect(make).toThrow('"renewal"')
})
