import { createCall, toDocument, toError } from './call.ts'
import { createClock } from './clock.ts'
import { keepAlive } from './keep-alive.ts'
import { readBase, type SessionOptions } from './options.ts'
import { completePlatform, type PageListener } from './platform.ts'
import { createQuestions } from './questions.ts'
import { createRenewal } from './renewal.ts'
import { SessionError } from './session-error.ts'
import { createSessionFetch, createSign } from './session-fetch.ts'
import type { Session } from './session.ts'
import { createState } from './state.ts'
import { joinTabs } from './tabs.ts'
import { createTurns } from './turns.ts'

/**
 * The session of this browser. Create one for the whole application, when its module is loaded: it sends no request
 * before the first call. Throws a `TypeError` if `base` is missing or on another origin, or if an option does not
 * exist.
 *
 * @example
 * ```ts
 * const session = createSession<{ name: string }>({ base: '/auth' })
 * session.onChange(() => console.log(session.status, session.user?.name))
 * await session.ready()
 * const response = await session.fetch('/orders', { method: 'POST', body: '{}' })
 * ```
 */
export function createSession<User = unknown>(options: SessionOptions): Session<User> {
  const base = readBase(options)
  const { timeout = 10_000 } = options
  const platform = completePlatform(options.platform ?? {})
  const name = `countersign:${base}`
  const clock = createClock(platform)
  const state = createState<User>(platform.now, clock)
  const look = (): void => void questions.check().catch(() => undefined)
  const tabs = joinTabs(platform, name, state, look)
  const sign = createSign(state)
  const call = createCall(platform, base, timeout, sign)
  const takeTurn = createTurns(platform, name, timeout)
  const renewal = createRenewal({ call, takeTurn, state, tabs, clock, look })
  const questions = createQuestions({ call, state, tabs, renewal })

  /**
   * Login and logout go before a renewal. If this tab is renewing, that renewal is aborted and starts again afterwards.
   * If another tab is renewing, this tab waits for it. If no lock kept a renewal back, that renewal cleans up its own
   * cookies.
   */
  function first<T>(work: () => Promise<T>): Promise<T> {
    renewal.interrupt()
    return takeTurn(work)
  }

  const send = createSessionFetch(platform.fetch, sign, base, state, renewal, questions)

  /** Calls a route that needs an access token. */
  async function manage(method: string, path: string): Promise<unknown> {
    const reply = await call(method, path, { via: send })
    if (!reply.response.ok) throw toError(reply)
    return reply.body
  }

  /** Ends sessions on the server, including this one, and then here. */
  async function leave(method: string, path: string): Promise<void> {
    const sessionId = state.current?.sessionId
    await manage(method, path)
    tabs.conclude(sessionId)
  }

  // The page gets the focus: the user may have signed in meanwhile, in a popup or on a page without a session object.
  // Or the page returns from the back/forward cache, and received no messages while it was there.
  const onShow: PageListener = ({ persisted = state.status !== 'unknown' }) => {
    if (persisted) look()
  }
  const { events } = platform
  const shows = ['focus', 'pageshow'] as const
  for (const type of shows) events?.addEventListener(type, onShow)
  const letGo = options.keepAlive && keepAlive(platform, state, renewal.renewUnlessPaused)

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
    async ready() {
      if (state.status === 'signed-out') return questions.check()
      return state.current && state.doubts === state.settled ? state.current : questions.join()
    },
    check: questions.check,
    fetch: send,
    login: (credentials) =>
      first(async () => {
        const document = toDocument<User>(await call('POST', '/login', { body: credentials }))
        tabs.adopt(document)
        return document
      }),
    logout: () =>
      first(async () => {
        const sessionId = state.current?.sessionId
        const reply = await call('POST', '/logout')
        if (!reply.response.ok) throw toError(reply)
        tabs.conclude(sessionId)
      }),
    logoutEverywhere: () => leave('POST', '/logout-all'),
    logoutOthers: async () => void (await manage('POST', '/logout-others')),
    renew: async () => (state.status === 'signed-out' ? questions.check() : renewal.renew()),
    async sessions() {
      const { sessions } = Object(await manage('GET', '/sessions')) as { sessions?: unknown }
      if (!Array.isArray(sessions)) throw new SessionError('answer_invalid')
      return sessions
    },
    async revoke(id) {
      const path = `/sessions/${encodeURIComponent(id)}`
      await (id === state.current?.sessionId ? leave('DELETE', path) : manage('DELETE', path))
    },
    onChange(listener) {
      // one entry for each call, even if the function is the same
      const entry: typeof listener = (current) => listener(current)
      state.listeners.add(entry)
      return () => void state.listeners.delete(entry)
    },
    close() {
      if (letGo) letGo()
      state.listeners.clear()
      tabs.close()
      for (const type of shows) events?.removeEventListener(type, onShow)
    },
  })
}
