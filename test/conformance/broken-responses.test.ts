import { isAuthError } from '@countersign/core'
import type { ServerResponse } from 'node:http'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { APPS, GOOD } from './apps.ts'
import { columns } from './columns/index.ts'
import { atRoot, mounted } from './handlers/echo-handler.ts'
import { streams } from './handlers/stream-handler.ts'
import { es256 } from './issuers.ts'
import { bearer } from './row.ts'
import type { Column, Hooks, RunningApp, Tamper } from './spec.ts'
import { headerOf, parseResponse } from './wire/response.ts'
import { sendForBytes, type RequestSpec } from './wire/send.ts'

/** Replaces a method so that its first call throws, as one with a faulty hook does (`on-headers` and its like). */
function throwOnce(res: ServerResponse, method: 'setHeader' | 'writeHead' | 'end' | 'write'): void {
  const original = res[method].bind(res) as (...given: unknown[]) => never
  let calls = 0
  Object.assign(res, {
    [method]: (...given: unknown[]) => {
      if (calls++ === 0) throw new Error(`${method} is broken`)
      return original(...given)
    },
  })
}

const FAULTS: Readonly<Record<string, Tamper>> = {
  'setHeader() throws': (res) => throwOnce(res, 'setHeader'),
  'writeHead() throws': (res) => throwOnce(res, 'writeHead'),
  'end() throws': (res) => throwOnce(res, 'end'),
  'write() throws': (res) => throwOnce(res, 'write'),
  'somebody has answered': (res) => void res.writeHead(503).end('time-out'),
  'the connection is gone': (res) => void res.destroy(),
}

const cookies = APPS.cookie.auth!
const cookieOf = (token: string): RequestSpec => ({ headers: [['Cookie', `__Host-access=${token}`]] })

/** One request for each place where an adapter writes to a response. */
const REQUESTS: Readonly<Record<string, RequestSpec>> = {
  'jwtAuth() refuses': bearer('x.y.z'),
  'a guard refuses': { target: '/scope', ...cookieOf(GOOD) },
  'a check refuses later': { target: '/check-later', ...cookieOf(es256.token({ sub: 'user-2' })) },
  'jwtAuth() lets pass, with headers': cookieOf(GOOD),
}
const ROUTE_REQUESTS: Readonly<Record<string, RequestSpec>> = {
  'a route answers': { target: '/auth/echo' },
  'a route answers in parts': { target: '/auth/gated' },
  'a route is at the root': { target: '/.well-known/echo' },
}

/** What nobody handled, which would end the process. */
const escaped: unknown[] = []
const onEscape = (error: unknown): void => void escaped.push(error)

/** The fault of the next request. */
let fault: Tamper | undefined
const tamper: Tamper = (res) => fault?.(res)

const hooks: Hooks = {
  handle: () => ({ status: 200, headers: {}, body: {} }),
  onError: (error) => ({ status: isAuthError(error) ? error.status : 500, headers: {}, body: {} }),
}

/** Everything below the mount: the echo, and bodies in parts. */
const routes = {
  routes: [mounted, streams].flatMap((handler) => (handler.routes === 'all' ? [] : handler.routes)),
  handle: async (request: Parameters<typeof mounted.handle>[0]) =>
    (await mounted.handle(request)) ?? streams.handle(request),
}

function start(column: Column, onRefused: 'respond' | 'throw'): Promise<RunningApp> {
  return column.start({ auth: { ...cookies, onRefused }, routes: APPS.cookie.routes, tamper }, hooks)
}

describe.each(columns)('$name', (column) => {
  const apps = new Map<string, RunningApp>()
  beforeAll(async () => {
    vi.spyOn(console, 'error').mockReturnValue() // where Express and Hono log
    vi.spyOn(process, 'emitWarning').mockReturnValue()
    process.on('unhandledRejection', onEscape).on('uncaughtException', onEscape)
    const rest = { issuer: atRoot, parseBodies: false, earlier: [], tamper }
    apps.set('respond', await start(column, 'respond'))
    apps.set('throw', await start(column, 'throw'))
    apps.set('mounted', await column.startRoutes({ ...rest, auth: cookies, sessions: routes }))
  })
  afterAll(async () => {
    process.off('unhandledRejection', onEscape).off('uncaughtException', onEscape)
    vi.restoreAllMocks()
    for (const app of apps.values()) await app.stop()
  })
  beforeEach(() => void (escaped.length = 0))
  afterEach(() => void (fault = undefined))

  const cases = Object.keys(FAULTS).flatMap((what) => [
    ...Object.entries(REQUESTS).flatMap(([name, request]) => [
      [what, `${name} by itself`, 'respond', request] as const,
      [what, `${name} by an error`, 'throw', request] as const,
    ]),
    ...Object.entries(ROUTE_REQUESTS).map(([name, request]) => [what, name, 'mounted', request] as const),
  ])

  it.each(cases)(
    '[D11] %s where %s: the client is not left waiting, and the process goes on',
    async (what, _name, app, request) => {
      const { port } = apps.get(app)!
      fault = FAULTS[what]
      const bytes = await sendForBytes(port, request)
      fault = undefined
      expect(bytes.includes('time-out')).toBe(what === 'somebody has answered')
      await new Promise(setImmediate)
      expect(escaped).toEqual([])
      const next = app === 'mounted' ? { target: '/auth/echo' } : cookieOf(GOOD)
      expect(parseResponse(await sendForBytes(port, next), 'GET').status).toBe(200)
    },
  )

  it.each([
    ['jwtAuth()', bearer('x.y.z'), 'error="invalid_token"'],
    ['a guard', { target: '/scope', ...cookieOf(GOOD) }, 'error="insufficient_scope"'],
  ] as const)(
    '[V-22] the challenge of %s is on the response when the error is handed over',
    async (_what, request, challenge) => {
      const response = parseResponse(await sendForBytes(apps.get('throw')!.port, request), 'GET')
      expect(headerOf(response, 'www-authenticate')).toContain(challenge)
      expect(headerOf(response, 'cache-control')).toBe('no-store')
    },
  )
})
