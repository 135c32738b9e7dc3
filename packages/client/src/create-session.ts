import { createCall, toDocument, toError, type Answer } from './call.ts'
import { assertNames, optionError } from './option-error.ts'
import { browser, completePlatform, type Platform } from './platform.ts'
import { createRenewal } from './renewal.ts'
import { createSessionFetch, createSign, mayRenew } from './session-fetch.ts'
import type { Session } from './session.ts'
import { createState } from './state.ts'
import { joinTabs } from './tabs.ts'
import { createTurns } from './turns.ts'

/** Options of {@link createSession}. */
export interface SessionOptions {
  /** Where the session routes are, such as `/auth`: on the page's own origin, as the cookies are. */
  readonly base: string
  /**
   * How long a call to the session routes may take, and how long another tab is waited for, in milliseconds.
   * Default 10000.
   */
  readonly timeout?: number
  /** Parts of the browser, for tests. Default: the browser's own. */
  readonly platform?: Platform
}

/**
 * The session of this browser. Make one for the whole application, when its module is loaded: nothing is asked of the
 * server before the first call. Throws a `TypeError` for a `base` that is missing or on another origin, and for an option
 * that does not exist.
 *
 * @example
 * ```ts
 * const session = createSession<{ name: string }>({ base: '/auth' })
 * session.onChange(() => console.log(session.status, session.user?.name))
 * await session.ready()
 * const response = await session.fetch('/orders', { method: 'POST', body: '{}' })
 * ```
 */
export function createSession<User = unknown>({
  base: where,
  timeout = 10_000,
  platform: parts = {},
  ...others
}: SessionOptions): Session<User> {
  assertNames(others)
  const base = resolveBase(where)
  const platform = completePlatform(parts)
  const name = `countersign:${base}`
  const state = createState<User>(platform.now)
  const tabs = joinTabs(platform, name, state)
  const sign = createSign(state)
  const call = createCall(platform, base, timeout, sign)
  const takeTurn = createTurns(platform, name, timeout)
  const renewal = createRenewal(call, takeTurn, state, tabs, platform.now)
  const { check, interrupt } = renewal
  const send = createSessionFetch(platform.fetch, sign, base, state, renewal)

  /** Calls a route that needs an access token, which is renewed where that helps. */
  async function ask(method: string, path: string, renew: () => Promise<unknown>): Promise<Answer> {
    const answer = await call(method, path)
    return mayRenew(answer.response) && (await renew()) ? call(method, path) : answer
  }

  /** Changes something, but for the session itself. */
  async function change(method: string, path: string): Promise<void> {
    const answer = await ask(method, path, renewal.renew)
    if (!answer.response.ok) throw toError(answer)
  }

  /**
   * Ends the session on the server, and then here. No refresh can undo it: one of this tab is given up, one of another
   * tab is waited for, and those that come later find the session over. The cookies of a refresh which no lock held
   * back are dealt with by `refresh`.
   */
  function leave(method: string, path: string): Promise<void> {
    interrupt()
    return takeTurn(async () => {
      const sessionId = state.current?.sessionId
      const answer = await ask(method, path, renewal.refresh)
      const { ok, status } = answer.response
      if (ok) tabs.conclude(sessionId)
      // Over already is as good as signed out; that all other devices are signed out would be a claim.
      else if (status !== 401 || path !== '/logout' || state.status !== 'signed-out') throw toError(answer)
    })
  }

  const onPageShow = ({ persisted }: { readonly persisted: boolean }): void => {
    // The page comes from the back/forward cache, and has heard nothing since it went there.
    if (persisted) check().catch(() => undefined)
  }
  platform.events?.addEventListener('pageshow', onPageShow)

  return Object.freeze<Session<User>>({
    get status() {
      return state.status
    },
    get current() {
      return state.current
    },
    get user() {
      return state.current?.user
    },
    ready: async () => (state.status === 'unknown' ? check() : state.current),
    fetch: send,
    login(credentials) {
      interrupt()
      return takeTurn(async () => {
        const document = toDocument<User>(await call('POST', '/login', { body: credentials }))
        tabs.adopt(document)
        return document
      })
    },
    logout: () => leave('POST', '/logout'),
    logoutEverywhere: () => leave('POST', '/logout-all'),
    logoutOthers: () => change('POST', '/logout-others'),
    renew: async () => (state.status === 'signed-out' ? undefined : renewal.renew()),
    async sessions() {
      const answer = await ask('GET', '/sessions', renewal.renew)
      const list = answer.response.ok && (answer.body as { sessions?: unknown } | undefined)?.sessions
      if (!Array.isArray(list)) throw toError(answer)
      return list
    },
    async revoke(id) {
      const path = `/sessions/${encodeURIComponent(id)}`
      if (id === state.current?.sessionId) return leave('DELETE', path)
      await change('DELETE', path)
    },
    onChange(listener) {
      // one entry for each call, also of the same function
      const entry: typeof listener = (current) => listener(current)
      state.listeners.add(entry)
      return () => void state.listeners.delete(entry)
    },
    close() {
      state.listeners.clear()
      tabs.close()
      platform.events?.removeEventListener('pageshow', onPageShow)
    },
  })
}

/**
 * The address of the session routes. It is made from the page's own address, since a `<base>` in the document would lead
 * other relative addresses, and passwords with them, elsewhere.
 */
function resolveBase(base: string): string {
  if (typeof base !== 'string') throw optionError('base', 'must be a path, such as "/auth"')
  const { location } = browser()
  const url = location ? new URL(base, location.href) : undefined
  if (url && url.origin !== location?.origin) {
    throw optionError('base', 'must be on the origin of the page')
  }
  return (url?.href ?? base).replace(/\/$/, '')
}
