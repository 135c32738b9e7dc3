import { memoryStore } from '@countersign/stores'
import { createSessions } from '@countersign/sessions'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { columns } from './columns/index.ts'
import { NOTHING } from './handlers/echo-handler.ts'
import { CLEARED, cookies, from, LOGIN } from './sessions/requests.ts'
import { cookieOf, OWN, SECRET, setCookies, watchStore } from './sessions/session-app.ts'
import type { Column, RunningApp } from './spec.ts'
import { headerOf } from './wire/response.ts'
import { send } from './wire/send.ts'

/** The framework's own answers to errors, as in production, and what else an application does with an answer. */
describe.each(columns)('$name, as its users run it', (column) => {
  let claims: Record<string, string>
  let app: RunningApp
  const clock = { now: Date.now() }
  const store = watchStore(memoryStore({ now: () => clock.now }))
  const sessions = createSessions({
    issuer: OWN,
    origin: OWN,
    secrets: [SECRET],
    store,
    now: () => clock.now,
    claims: () => ({ claims }),
  })
  beforeAll(async () => {
    vi.spyOn(console, 'error').mockReturnValue() // where Express and Hono log
    app = await start(column)
  })
  afterAll(async () => {
    vi.restoreAllMocks()
    await app.stop()
  })

  function start({ startRoutes }: Column): Promise<RunningApp> {
    return startRoutes({
      auth: sessions.verification(),
      sessions: sessions.routes({ login: () => ({ subject: 'ada' }) }),
      issuer: NOTHING,
      parseBodies: false,
      earlier: [
        ['Set-Cookie', 'theme=dark; Path=/'],
        ['Set-Cookie', 'seen=1; Path=/'],
        ['Vary', 'Origin'],
      ],
    })
  }

  it("[I-27] cookies of the application's own survive a login and a logout", async () => {
    claims = {}
    const login = await send(app.port, LOGIN)
    expect(setCookies(login).map((line) => line.split('=')[0])).toEqual([
      'theme',
      'seen',
      '__Host-access',
      '__Host-refresh',
    ])
    expect(headerOf(login, 'vary')?.split(/, */)).toEqual(['Origin', 'Cookie'])
    const cookie = setCookies(login).map((line) => line.split(';')[0])
    const logout = await send(app.port, from('POST', '/auth/logout', cookies(cookie.join('; '))))
    expect(setCookies(logout)).toEqual(['theme=dark; Path=/', 'seen=1; Path=/', ...CLEARED])
  })

  it('[I-28] claims that no browser would keep are 500, and leave no session behind', async () => {
    claims = { text: 'x'.repeat(4_000) }
    const before = (await sessions.list({ subject: 'ada' })).length
    const response = await send(app.port, LOGIN)
    expect(response.status).toBe(500)
    expect(response.bytes).not.toMatch(/__Host-|4096|xxx/)
    expect(await sessions.list({ subject: 'ada' })).toHaveLength(before)
  })

  it('[I-28] claims that grew too large are 500 at a refresh, which then has not happened', async () => {
    claims = {}
    const { accessToken, refreshToken, session } = await sessions.start({ subject: 'ada' })
    const refresh = from('POST', '/auth/refresh', cookieOf({ accessToken, refreshToken }))
    clock.now += 31_000
    claims = { text: 'x'.repeat(4_000) }
    expect((await send(app.port, refresh)).status).toBe(500)
    expect((await store.row(session.id)).gen).toBe(1)
    claims = {}
    clock.now += 3_600_000
    expect((await send(app.port, refresh)).status).toBe(200)
  })
})
