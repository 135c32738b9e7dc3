import { memoryStore, type SessionRecord, type SessionStore } from '@countersign/stores'
import { createCsrfTokens } from '@countersign/core'
import { fakeClock, type FakeClock } from '@countersign/forge'
import {
  createSessions,
  type SessionRouteOptions,
  type Sessions,
  type SessionsOptions,
  type SessionTokens,
} from '@countersign/sessions'
import { stage, type Stage } from '../replay.ts'
import type { AppSpec, AuthSpec, Column, RouteSpec } from '../spec.ts'
import type { RawResponse } from '../wire/response.ts'

export const OWN = 'https://app.test'
export const ALLOWED = 'https://partner.test'
export const SECRET = 'a secret of at least thirty-two bytes'
export const PASSWORD = 'right'

/** What the page of an own origin sends with what it asks. */
export const SAME_ORIGIN = ['Sec-Fetch-Site', 'same-origin'] as const
export const JSON_TYPE = ['Content-Type', 'application/json'] as const

/** The routes behind the sessions: protected, and answered by a handler. */
const API: readonly RouteSpec[] = [
  ...(['GET', 'POST', 'PUT', 'DELETE'] as const).map((method) => ({ method, path: '/api' })),
  { method: 'GET', path: '/own-cache', headers: { 'Cache-Control': 'private, max-age=60' } },
]

/** A store, and a look into it by nothing but its contract. */
export interface WatchedStore extends SessionStore {
  /** Every row that was ever made, and every epoch, as JSON. */
  dump(): Promise<string>
  row(sid: string): Promise<SessionRecord>
  isLive(sid: string): Promise<boolean>
  /** Whether it is up. Down, it fails as a store whose server cannot be reached. */
  fail(error: Error | undefined): void
  /** How often it was asked anything but to prune. */
  readonly asked: number
}

/** A store in memory that remembers which sessions it was given. */
export function watchStore(store: SessionStore): WatchedStore {
  const sids = new Set<string>()
  let failure: Error | undefined
  let asked = 0
  const ask = <T>(answer: () => Promise<T>): Promise<T> => {
    asked++
    return failure === undefined ? answer() : Promise.reject(failure)
  }
  const tagOf = (sid: string): string => sid.slice(0, sid.indexOf('.'))
  const row = async (sid: string): Promise<SessionRecord> => (await store.findSession(sid)).session!
  return {
    ...store,
    findSession: (sid) => ask(() => store.findSession(sid)),
    createSession(input) {
      return ask(async () => {
        const created = await store.createSession(input)
        if (created.session !== undefined) sids.add(created.session.sid)
        return created
      })
    },
    rotate: (input) => ask(() => store.rotate(input)),
    endSession: (sid, reason, revokeFor) => ask(() => store.endSession(sid, reason, revokeFor)),
    raiseEpoch: (input) => ask(() => store.raiseEpoch(input)),
    listSessions: (tag, part) => ask(() => store.listSessions(tag, part)),
    checkSession: (tag, sid) => ask(() => store.checkSession(tag, sid)),
    recoverSessions: (since, revokeFor) => ask(() => store.recoverSessions(since, revokeFor)),
    row,
    isLive: async (sid) => (await store.checkSession(tagOf(sid), sid)).state === 'live',
    async dump() {
      const all = [...sids].map(async (sid) => {
        const { epoch } = await store.checkSession(tagOf(sid), sid)
        return [await row(sid), epoch]
      })
      return JSON.stringify(await Promise.all(all))
    },
    fail: (error) => void (failure = error),
    get asked() {
      return asked
    },
  }
}

/** An application with sessions, as a browser and as its maker see it. */
export interface SessionApp extends Stage {
  readonly clock: FakeClock
  readonly store: WatchedStore
  readonly sessions: Sessions
  /** What the login was asked, in order. */
  readonly logins: unknown[]
  /** A session of a user of its own. */
  signIn(subject?: string): Promise<SignedIn>
}

/** A browser that is signed in. */
export interface SignedIn {
  readonly sid: string
  readonly tokens: SessionTokens
  /** Its `Cookie` header line. */
  readonly cookie: readonly [name: 'Cookie', value: string]
  /** The CSRF token of its session. */
  readonly csrf: string
}

const csrf = createCsrfTokens([SECRET])

/** The column's framework with sessions at `/auth` and an API that takes their cookies. */
export async function sessionApp(
  column: Column,
  {
    options = {},
    routes = {},
    renewal,
    auth = {},
  }: {
    readonly options?: Partial<SessionsOptions>
    readonly routes?: Partial<SessionRouteOptions>
    readonly renewal?: true
    readonly auth?: Partial<AuthSpec>
  } = {},
): Promise<SessionApp> {
  const clock = fakeClock()
  const store = watchStore(memoryStore({ now: clock.now }))
  const logins: unknown[] = []
  const sessions = createSessions({
    issuer: OWN,
    origin: OWN,
    allowedOrigins: [ALLOWED],
    csrfTokens: true,
    secrets: [SECRET],
    store,
    now: clock.now,
    ...options,
  })
  const app: AppSpec = {
    auth: { ...sessions.verification(), ...auth },
    sessions: {
      sessions,
      options: {
        login(credentials) {
          logins.push(credentials)
          const { name, password } = credentials as { name?: string; password?: string }
          return name !== undefined && password === PASSWORD ? { subject: name } : undefined
        },
        ...routes,
      },
      ...(renewal && { renewal }),
    },
    routes: API,
  }
  let users = 0
  return {
    ...(await stage(column, app)),
    clock,
    store,
    sessions,
    logins,
    async signIn(subject = `user-${users++}`) {
      const tokens = await sessions.start({ subject })
      const sid = tokens.session.id
      return { sid, tokens, cookie: cookieOf(tokens), csrf: await csrf.create(sid) }
    },
  }
}

/** What a browser sends that has both cookies. */
export function cookieOf({
  accessToken,
  refreshToken,
}: Pick<SessionTokens, 'accessToken' | 'refreshToken'>): SignedIn['cookie'] {
  return ['Cookie', `__Host-access=${accessToken}; __Host-refresh=${refreshToken}`]
}

/** The `Set-Cookie` lines of an answer. */
export function setCookies({ headers }: RawResponse): string[] {
  return headers.filter(([name]) => name === 'set-cookie').map(([, value]) => value)
}

/** The code of a problem document; `undefined` where the answer is none. */
export function codeOf({ body }: RawResponse): unknown {
  return body.startsWith('{') ? (JSON.parse(body) as { code?: unknown }).code : undefined
}
