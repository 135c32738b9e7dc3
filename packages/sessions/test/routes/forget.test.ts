import { createSessions } from '@countersign/sessions'
import { describe, expect, it } from 'vitest'
import { ask, bodyOf, cookiesOf, createApp, ORIGIN, OTHER_SECRET } from '../support/routes.ts'

const signedIn = async (...options: Parameters<typeof createApp>) => {
  const app = createApp(...options)
  await app.browser.send('POST', '/login', { body: {} })
  return { ...app, token: app.browser.jar.get('__Host-refresh') ?? '' }
}

describe('POST /forget', () => {
  it.each(['logout', 'endAll', 'expiry', 'pruned'] as const)(
    '[I-9] clears the cookies of a session that is over: %s',
    async (why) => {
      const { browser, sessions, clock, store, token } = await signedIn()
      if (why === 'logout') await sessions.end(token)
      else if (why === 'endAll') {
        clock.advance(1)
        await sessions.endAll({ subject: 'alice' })
      } else clock.advance(31 * 86_400)
      if (why === 'pruned') await store.prune(10)
      const answer = await browser.send('POST', '/forget')
      expect([answer.status, answer.body, browser.jar.size]).toEqual([204, undefined, 0])
    },
  )

  it('keeps those of a session that is alive, whatever a refresh said before', async () => {
    const { browser, sessions, token } = await signedIn()
    await sessions.end(token)
    expect((await browser.send('POST', '/refresh')).status).toBe(401)
    await browser.send('POST', '/login', { body: {} })
    const before = [...browser.jar]
    const answer = await browser.send('POST', '/forget')
    expect([answer.status, cookiesOf(answer), [...browser.jar]]).toEqual([204, [], before])
  })

  it('keeps those that are not recognized here, so that a rolling deployment signs nobody out', async () => {
    const { browser, store, clock } = await signedIn()
    const options = { issuer: ORIGIN, origin: ORIGIN, store, secrets: [OTHER_SECRET], now: clock.now }
    const elsewhere = createSessions(options).routes({ login: () => ({ subject: 'alice' }) })
    const cookie = [...browser.jar].map((pair) => pair.join('=')).join('; ')
    const headers = { origin: ORIGIN, cookie }
    const refused = await ask(elsewhere, 'POST', '/refresh', { headers })
    expect([refused.status, bodyOf(refused)['code']]).toEqual([401, 'session_not_recognized'])
    expect(cookiesOf(refused)).toEqual([])
    expect(cookiesOf(await ask(elsewhere, 'POST', '/forget', { headers }))).toEqual([])
    expect((await browser.send('POST', '/refresh')).status).toBe(200)
  })

  it.each(['garbage', undefined])('keeps what is none of ours: %s', async (token) => {
    const { routes } = createApp()
    const headers = { origin: ORIGIN, ...(token && { cookie: `__Host-refresh=${token}` }) }
    const answer = await ask(routes, 'POST', '/forget', { headers })
    expect([answer.status, cookiesOf(answer)]).toEqual([204, []])
  })

  it('503 while the store is down, and nothing is cleared', async () => {
    const { browser, faults } = await signedIn()
    faults.failOn('checkSession')
    const answer = await browser.send('POST', '/forget')
    expect([answer.status, cookiesOf(answer)]).toEqual([503, []])
  })

  it('403 for a foreign page, and nothing is cleared', async () => {
    const { browser, sessions, token } = await signedIn()
    await sessions.end(token)
    const answer = await browser.send('POST', '/forget', { headers: { origin: 'https://evil.example' } })
    expect([answer.status, cookiesOf(answer)]).toEqual([403, []])
  })

  it('is none of the routes of native clients, which have no cookies', async () => {
    const { routes } = createApp({ transport: 'body' }, { origin: undefined })
    await expect(ask(routes, 'POST', '/forget')).rejects.toThrow('none of the routes')
  })
})
