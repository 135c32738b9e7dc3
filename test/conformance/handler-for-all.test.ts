import { isAuthError } from '@countersign/core'
import type { RouteHandler } from '@countersign/core/adapter'
import type { Sessions } from '@countersign/sessions'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { APPS, GOOD } from './apps.ts'
import { columns } from './columns/index.ts'
import { bearer } from './row.ts'
import type { RunningApp } from './spec.ts'
import { headerOf } from './wire/response.ts'
import { send, type RequestSpec } from './wire/send.ts'

const cause = new Error('the store is down')

/** Where sessions have their routes: one that fails. */
const failing: RouteHandler = {
  routes: [{ method: 'GET', path: '/fails' }],
  handle: async ({ path }) => {
    if (path === '/fails') throw cause
    return undefined
  },
}

/** Sends every GET that asks for it to where it is, as renewal does. */
const redirecting: RouteHandler = {
  routes: 'all',
  async handle({ view, path, ip, readJson }) {
    if (view.header('x-fails').length > 0) throw cause
    if (view.header('x-reads').length > 0) await readJson()
    if (view.method !== 'GET' || view.header('x-expired').length === 0) return undefined
    return {
      status: 303,
      headers: [
        ['Location', view.url()],
        ['X-Path', path],
        ['X-Ip', String(ip)],
        ['Set-Cookie', 'a=1'],
        ['Set-Cookie', 'b=2'],
      ],
      body: undefined,
    }
  },
}
const sessions = { routes: () => failing, renewal: () => redirecting } as unknown as Sessions

const errors: unknown[] = []
const handled: string[] = []

describe.each(columns)('$name', (column) => {
  let app: RunningApp
  beforeAll(async () => {
    vi.spyOn(console, 'error').mockReturnValue() // where Express and Hono log
    app = await column.start(
      {
        auth: APPS.bearer.auth!,
        sessions: { sessions, options: { login: () => undefined }, renewal: true },
        routes: APPS.bearer.routes,
      },
      {
        handle: ({ method, path }) => {
          handled.push(`${method} ${path}`)
          return { status: 200, headers: {}, body: {} }
        },
        onError(error) {
          errors.push(error)
          return { status: isAuthError(error) ? error.status : 500, headers: {}, body: {} }
        },
      },
    )
  })
  afterAll(async () => {
    vi.restoreAllMocks()
    await app.stop()
  })
  beforeEach(() => {
    errors.length = 0
    handled.length = 0
  })
  const ask = (request: RequestSpec) => send(app.port, request)

  it('[V-22] a handler for all requests answers ahead of jwtAuth()', async () => {
    const response = await ask({ target: '/me?a=%20b', headers: [['X-Expired', '1']] })
    expect(response.status).toBe(303)
    const { headers } = response
    expect(headers.filter(([name]) => name === 'set-cookie').map(([, value]) => value)).toEqual([
      'a=1',
      'b=2',
    ])
    expect(['location', 'x-path', 'x-ip'].map((name) => headerOf(response, name))).toEqual([
      '/me?a=%20b',
      '/me',
      '127.0.0.1',
    ])
    expect(handled).toEqual([])
  })

  it('[V-22] a handler for all requests leaves the others to the application', async () => {
    expect((await ask({ target: '/me' })).status).toBe(401)
    expect((await ask({ target: '/me', ...bearer(GOOD) })).status).toBe(200)
    const body = { method: 'POST', body: '{"a":1}' }
    const headers = [...bearer(GOOD).headers!, ['Content-Type', 'application/json']] as const
    expect((await ask({ ...body, headers })).status).toBeLessThan(300)
    expect(handled).toEqual(['GET /me', 'POST /me'])
  })

  it.each([
    ['a handler for all requests that fails', '/me', 'X-Fails', { cause }],
    ['a handler for all requests that reads a body, which is not its own', '/me', 'X-Reads', {}],
    ['a mounted route that fails', '/auth/fails', 'X-None', { cause }],
  ])('[V-22] %s is an error of the application', async (_what, target, header, error) => {
    const headers = [[header, '1'], ...bearer(GOOD).headers!] as const
    expect((await ask({ target, headers })).status).toBe(500)
    expect(handled).toEqual([])
    expect(errors).toMatchObject([error])
  })
})
