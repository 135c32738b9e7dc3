import { describe, expect, it } from 'vitest'
import { createBarrier, createBrowser } from './fake-browser.ts'
import { LIFETIME, ORIGIN } from './fake-server.ts'

const API = `${ORIGIN}/api/orders`

const answer =
  (status: number, body = '', headers: Record<string, string> = {}) =>
  () =>
    new Response(body, { status, headers })

const transient = [
  {
    what: 'the store is down',
    fault: answer(503, '{"code":"store_unavailable"}', { 'Retry-After': '5' }),
    error: { code: 'store_unavailable', status: 503, retryAfter: 5 },
  },
  {
    what: 'too many ask',
    fault: answer(429, '', { 'Retry-After': '5' }),
    error: { code: 'refused', status: 429, retryAfter: 5 },
  },
  {
    what: 'a date says when to come again',
    fault: answer(503, '', { 'Retry-After': 'Fri, 31 Dec 1999 23:59:59 GMT' }),
    error: { code: 'refused', status: 503, retryAfter: undefined },
  },
  {
    what: 'the request is refused as cross-site',
    fault: answer(403, '{"code":"cross_site_rejected"}'),
    error: { code: 'cross_site_rejected', status: 403 },
  },
  { what: 'the server fails', fault: answer(500, 'null'), error: { code: 'refused', status: 500 } },
  {
    what: 'a page comes in place of a document',
    fault: answer(200, '<html>'),
    error: { code: 'answer_invalid', status: 200 },
  },
  {
    what: 'the document is none',
    fault: answer(200, '{"sessionId":1,"expiresAt":1,"now":1}'),
    error: { code: 'answer_invalid' },
  },
  { what: 'nothing is reached', error: { code: 'unreachable', status: undefined } },
]

describe('nobody is signed out', () => {
  it.each(transient)('when $what: renew, fetch and ready reject', async ({ fault, error }) => {
    const browser = createBrowser()
    const [tab] = await browser.signedIn()
    const late = browser.open()
    browser.advance(LIFETIME)
    const { jar, server } = browser
    const before = { ...jar }
    if (fault) server.faults.set('POST /auth/refresh', fault)
    else server.offline = true
    await expect(tab.renew()).rejects.toMatchObject({ name: 'SessionError', ...error })
    await expect(tab.fetch(API)).rejects.toMatchObject({ name: 'SessionError', ...error })
    await expect(late.ready()).rejects.toMatchObject({ name: 'SessionError', ...error })
    expect([tab.status, late.status]).toEqual(['signed-in', 'unknown'])
    expect(server.count('GET /api/orders')).toBe(0)
    expect(jar).toEqual(before)

    server.faults.clear()
    server.offline = false
    browser.advance(5_000)
    expect((await tab.fetch(API)).status).toBe(200)
    expect((await late.ready())?.subject).toBe('ada')
  })

  it('when the server never answers: a renewal ends after its time, and lets others try', async () => {
    const browser = createBrowser()
    const [first, second] = await browser.signedIn(2)
    browser.advance(LIFETIME)
    const barrier = createBarrier(browser.server, 'arrives', 'POST /auth/refresh')
    const renewal = first.renew()
    await barrier.reached
    browser.advance(10_000)
    await expect(renewal).rejects.toMatchObject({ code: 'timed_out', status: undefined })
    barrier.open()
    expect((await second?.renew())?.subject).toBe('ada')
    expect(first.status).toBe('signed-in')
  })

  it('when logout fails: it rejects, other tabs hear nothing, and it may be tried again', async () => {
    const browser = createBrowser()
    const [first, second] = await browser.signedIn(2)
    browser.server.faults.set(
      'POST /auth/logout',
      answer(503, '{"code":"store_unavailable"}', { 'Retry-After': '1' }),
    )
    await expect(first.logout()).rejects.toMatchObject({
      code: 'store_unavailable',
      status: 503,
      retryAfter: 1,
    })
    browser.server.offline = true
    await expect(first.logout()).rejects.toMatchObject({ code: 'unreachable' })
    expect([first.status, second?.status]).toEqual(['signed-in', 'signed-in'])
    browser.server.offline = false
    browser.server.faults.clear()
    await first.logout()
    expect([first.status, second?.status]).toEqual(['signed-out', 'signed-out'])
    expect(browser.jar).toEqual({})
  })
})

describe('a server that asks for time', () => {
  it('is left alone by fetch, and asked by renew', async () => {
    const browser = createBrowser()
    const [tab] = await browser.signedIn()
    browser.advance(LIFETIME)
    browser.server.faults.set('POST /auth/refresh', answer(503, '', { 'Retry-After': '5' }))
    await expect(tab.fetch(API)).rejects.toMatchObject({ retryAfter: 5 })
    browser.advance(4_999)
    await expect(tab.fetch(API)).rejects.toMatchObject({ retryAfter: 5 })
    expect(browser.server.count('POST /auth/refresh')).toBe(1)
    await expect(tab.renew()).rejects.toMatchObject({ retryAfter: 5 })
    expect(browser.server.count('POST /auth/refresh')).toBe(2)
    browser.server.faults.clear()
    browser.advance(5_000)
    expect((await tab.fetch(API)).status).toBe(200)
  })

  it('and then renews the session is asked by fetch again', async () => {
    const browser = createBrowser()
    const [tab] = await browser.signedIn()
    browser.server.faults.set('POST /auth/refresh', answer(503, '', { 'Retry-After': '5' }))
    await expect(tab.renew()).rejects.toMatchObject({ retryAfter: 5 })
    browser.server.faults.clear()
    await tab.renew()
    browser.server.disableAccess()
    expect((await tab.fetch(API)).status).toBe(200)
  })
})

describe('a definitive answer', () => {
  it('signs out everywhere, and the request is answered as that of anybody', async () => {
    const browser = createBrowser()
    const [first, second] = await browser.signedIn(2)
    browser.advance(LIFETIME)
    browser.server.faults.set('POST /auth/refresh', answer(401, '{"code":"session_ended"}'))
    expect((await first.fetch(API)).status).toBe(401)
    expect(first.status).toBe('signed-out')
    expect(second?.status).toBe('signed-out')
    expect(browser.server.calls).toEqual(['POST /auth/refresh', 'GET /api/orders'])
  })

  it('does not sign out where the server only fails to recognize the session', async () => {
    const browser = createBrowser()
    const [tab] = await browser.signedIn()
    browser.advance(LIFETIME)
    browser.server.faults.set('POST /auth/refresh', answer(401, '{"code":"session_not_recognized"}'))
    await expect(tab.renew()).rejects.toMatchObject({ code: 'session_not_recognized', status: 401 })
    expect(tab.status).toBe('signed-in')
  })

  const signedOutAlready = async () => {
    const browser = createBrowser()
    const [tab] = await browser.signedIn()
    for (const path of ['logout', 'logout-all', 'refresh']) {
      browser.server.faults.set(`POST /auth/${path}`, answer(401, '{"code":"session_ended"}'))
    }
    return tab
  }

  it('makes a logout of a session that is over succeed', async () => {
    const tab = await signedOutAlready()
    await tab.logout()
    expect(tab.status).toBe('signed-out')
  })

  it('is not read into a 401 to the logout of a session that is alive', async () => {
    const browser = createBrowser()
    const [tab] = await browser.signedIn()
    browser.server.faults.set('POST /auth/logout', answer(401))
    await expect(tab.logout()).rejects.toMatchObject({ status: 401 })
    expect(tab.status).toBe('signed-in')
    expect(browser.server.calls).toEqual(['POST /auth/logout', 'POST /auth/refresh', 'POST /auth/logout'])
  })

  it('does not make a logout of all devices succeed', async () => {
    const tab = await signedOutAlready()
    await expect(tab.logoutEverywhere()).rejects.toMatchObject({ code: 'session_ended', status: 401 })
    expect(tab.status).toBe('signed-out')
  })

  it('is not read into a logout whose access token has expired', async () => {
    const browser = createBrowser()
    const [tab] = await browser.signedIn()
    let expired = true
    browser.server.faults.set('POST /auth/logout-all', () => {
      if (!expired) return new Response(null, { status: 204 })
      expired = false
      return new Response('{"code":"token_expired"}', { status: 401 })
    })
    await tab.logoutEverywhere()
    expect(tab.status).toBe('signed-out')
    expect(browser.server.calls).toEqual([
      'POST /auth/logout-all',
      'POST /auth/refresh',
      'POST /auth/logout-all',
    ])
  })
})
