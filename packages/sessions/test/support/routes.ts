import { createHandlerRequest } from '@countersign/core/adapter'
import { memoryStore, type Store } from '@countersign/stores'
import type { RouteHandler } from '@countersign/core/toolkit'
import {
  createSessions,
  type SessionRouteOptions,
  type Sessions,
  type SessionsOptions,
} from '@countersign/sessions'
import { fakeClock, type FakeClock } from '@countersign/testing'
import { createTestStore, type TestStore } from '@countersign/testing/stores'
import { toPlain, type PlainAnswer } from './answer.ts'

export const ORIGIN = 'https://app.example.com'
export const SECRET = 'a first secret that is long enough 0123456789'
export const OTHER_SECRET = 'b other secret that is long enough 9876543210'

/** What is sent, besides method and path. */
export interface Sending {
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly ip?: string | undefined
}

/** Asks a handler, as an adapter does. */
export async function ask(
  routes: RouteHandler,
  method: string,
  path: string,
  { body, headers = {}, ip = '192.0.2.1' }: Sending = {},
): Promise<PlainAnswer> {
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
  const all = text === undefined ? headers : { 'content-type': 'application/json', ...headers }
  const header = (name: string): readonly string[] => {
    const value = (all as Record<string, string | readonly string[]>)[name]
    return value === undefined ? [] : typeof value === 'string' ? [value] : value
  }
  const view = { method, url: () => path, header }
  const signal = (): AbortSignal => new AbortController().signal
  const context = { path, ip, raw: 'the request', chunks: undefined, parsed: text, signal }
  const answer = await routes.handle(createHandlerRequest(view, context, 'json'))
  if (answer === undefined) throw new Error(`${path} is none of the routes`)
  return toPlain(answer)
}

export function bodyOf(answer: PlainAnswer): Record<string, unknown> {
  const body: Record<string, unknown> = JSON.parse(answer.body ?? '{}')
  return body
}

export function cookiesOf(answer: PlainAnswer): readonly string[] {
  return [answer.headers['Set-Cookie'] ?? []].flat()
}

/** A browser with a page of ours open: keeps cookies, and sends them with proof of its origin. */
export interface Browser {
  readonly jar: Map<string, string>
  readonly send: (method: string, path: string, sending?: Sending) => Promise<PlainAnswer>
}

export function browserOn(routes: RouteHandler): Browser {
  const jar = new Map<string, string>()
  return {
    jar,
    async send(method, path, sending = {}) {
      const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
      const headers = { origin: ORIGIN, ...(cookie === '' ? undefined : { cookie }), ...sending.headers }
      const answer = await ask(routes, method, path, { ...sending, headers })
      for (const line of cookiesOf(answer)) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
        if (line.includes('Max-Age=0')) jar.delete(name)
        else jar.set(name, value)
      }
      return answer
    },
  }
}

/** Sessions in memory, with their routes and a browser. */
export interface App {
  readonly clock: FakeClock
  readonly faults: TestStore
  readonly store: Store
  readonly sessions: Sessions
  readonly routes: RouteHandler
  readonly browser: Browser
}

export function createApp(
  routeOptions: Partial<SessionRouteOptions> = {},
  options: Partial<SessionsOptions> = {},
): App {
  const clock = fakeClock()
  const faults = createTestStore({ store: memoryStore({ now: clock.now }) })
  const { store } = faults
  const sessions = createSessions({
    issuer: ORIGIN,
    origin: ORIGIN,
    store,
    secrets: [SECRET],
    now: clock.now,
    ...options,
  })
  const routes = sessions.routes({ login: () => ({ subject: 'alice' }), ...routeOptions })
  return { clock, faults, store, sessions, routes, browser: browserOn(routes) }
}
