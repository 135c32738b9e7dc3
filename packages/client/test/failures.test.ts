import { describe, expect, it, vi } from 'vitest'
import { createBarrier, createBrowser } from './fake-browser.ts'
import { LIFETIME, ORIGIN } from './fake-server.ts'

const API = `${ORIGIN}/api/orders`
const REFRESH = 'POST /auth/refresh'

const CHALLENGE = { 'WWW-Authenticate': 'Bearer error="invalid_token"' }

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

describe('a pause that a server asked for', () => {
  const asked = async (retryAfter: string) => {
    const browser = createBrowser()
    const [tab, other] = await browser.signedIn(2)
    browser.advance(LIFETIME)
    browser.server.faults.set(REFRESH, answer(503, '', { 'Retry-After': retryAfter }))
    await expect(tab.fetch(API)).rejects.toMatchObject({ retryAfter: Number(retryAfter) })
    browser.server.calls.length = 0
    browser.server.faults.clear()
    return { browser, tab, other }
  }

  it.each([-3_600_000, -86_400_000, -3_000, 3_600_000])(
    'is over in time though the clock is set by %i ms meanwhile',
    async (by) => {
      const { browser, tab } = await asked('5')
      browser.advance(1_000)
      browser.setClock(by)
      browser.advance(4_000)
      expect((await tab.fetch(API)).status).toBe(200)
    },
  )

  it('is over when the machine wakes, though the monotonic clock stood still', async () => {
    let slept = 0
    const browser = createBrowser()
    await browser.signedIn()
    const tab = browser.open({ monotonic: () => 0, now: () => 1_800_000_000_000 + slept })
    await tab.ready()
    browser.advance(LIFETIME)
    slept = LIFETIME
    browser.server.faults.set(REFRESH, answer(503, '', { 'Retry-After': '5' }))
    await expect(tab.fetch(API)).rejects.toMatchObject({ retryAfter: 5 })
    browser.server.faults.clear()
    await expect(tab.fetch(API)).rejects.toMatchObject({ retryAfter: 5 })
    slept += 5_000
    expect((await tab.fetch(API)).status).toBe(200)
  })

  it.each(['86400', '99999999999999999999'])('of %s seconds lasts a minute', async (retryAfter) => {
    const { browser, tab } = await asked(retryAfter)
    browser.advance(59_999)
    await expect(tab.fetch(API)).rejects.toMatchObject({ code: 'refused', status: 503 })
    browser.advance(1)
    expect((await tab.fetch(API)).status).toBe(200)
  })

  it.each(['this tab', 'another tab'])('ends with a login in %s', async (where) => {
    const { browser, tab, other } = await asked('50')
    await (where === 'this tab' ? tab : other)?.login({ name: 'bob', password: 'right' })
    await vi.waitFor(() => expect(tab.user?.name).toBe('bob'), 10_000)
    browser.server.disableAccess()
    expect((await tab.fetch(API)).status).toBe(200)
  })

  it('ends with the renewal of another tab', async () => {
    const { browser, tab, other } = await asked('50')
    await other?.renew()
    expect((await tab.fetch(API)).status).toBe(200)
    browser.server.disableAccess()
    expect((await tab.fetch(API)).status).toBe(200)
  })
})

describe('a refused login', () => {
  it('rejects with what the server says of it', async () => {
    const tab = createBrowser()
    const body = {
      status: 403,
      code: 'second_factor_required',
      methods: ['totp', 'passkey'],
      challenge: 'x1',
    }
    tab.server.faults.set('POST /auth/login', answer(403, JSON.stringify(body)))
    await expect(tab.open().login({})).rejects.toMatchObject({
      code: 'second_factor_required',
      status: 403,
      data: body,
    })
  })

  it.each([
    ['', undefined],
    ['<html>', undefined],
    ['null', null],
    ['"locked"', 'locked'],
    ['[1]', [1]],
  ])('whose body is %j has what can be had of it', async (body, data) => {
    const browser = createBrowser()
    browser.server.faults.set('POST /auth/login', answer(423, body))
    await expect(browser.open().login({})).rejects.toMatchObject({ code: 'refused', status: 423, data })
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

  const signedOutAlready = async () => {
    const browser = createBrowser()
    const [tab] = await browser.signedIn()
    for (const path of ['logout-all', 'refresh']) {
      browser.server.faults.set(`POST /auth/${path}`, answer(401, '{"code":"session_ended"}', CHALLENGE))
    }
    return tab
  }

  it('is not read into a 401 to a logout, which is for no access token', async () => {
    const browser = createBrowser()
    const [tab] = await browser.signedIn()
    browser.server.faults.set('POST /auth/logout', answer(401, '', CHALLENGE))
    await expect(tab.logout()).rejects.toMatchObject({ status: 401 })
    expect(tab.status).toBe('signed-in')
    expect(browser.server.calls).toEqual(['POST /auth/logout'])
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
      return new Response('{"code":"token_expired"}', { status: 401, headers: CHALLENGE })
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
