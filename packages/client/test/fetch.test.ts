import { describe, expect, it } from 'vitest'
import { createBarrier, createBrowser, type Tab } from './fake-browser.ts'
import { LIFETIME, ORIGIN, type FakeServer } from './fake-server.ts'

const API = `${ORIGIN}/api/orders`
const REFRESH = 'POST /auth/refresh'
const POST = 'POST /api/orders'
const CHALLENGE = { 'WWW-Authenticate': 'Bearer error="invalid_token"' }

/** A tab whose access token is refused, though it has not expired. */
async function refused(): Promise<{ tab: Tab; server: FakeServer }> {
  const browser = createBrowser()
  const [tab] = await browser.signedIn()
  browser.advance(60_000)
  browser.server.disableAccess()
  return { tab, server: browser.server }
}

describe('a 401', () => {
  it('is answered by one renewal and one retry', async () => {
    const { tab, server } = await refused()
    expect((await tab.fetch(API)).status).toBe(200)
    expect(server.calls).toEqual(['GET /api/orders', REFRESH, 'GET /api/orders'])
  })

  it('after the renewal is handed over', async () => {
    const { tab, server } = await refused()
    server.faults.set('GET /api/orders', () => new Response('no', { status: 401, headers: CHALLENGE }))
    const response = await tab.fetch(API)
    expect([response.status, await response.text()]).toEqual([401, 'no'])
    expect(server.calls).toEqual(['GET /api/orders', REFRESH, 'GET /api/orders'])
    expect(tab.status).toBe('signed-in')
  })

  it('of several requests is answered by one renewal', async () => {
    const { tab, server } = await refused()
    const barrier = createBarrier(server, 'answers', 'GET /api/late')
    const late = tab.fetch(`${ORIGIN}/api/late`)
    await barrier.reached
    const statuses = (await Promise.all([tab.fetch(API), tab.fetch(API)])).map(({ status }) => status)
    barrier.open()
    expect([...statuses, (await late).status]).toEqual([200, 200, 200])
    expect(server.count(REFRESH)).toBe(1)
  })

  it('is answered by a renewal though a question about the session was answered meanwhile', async () => {
    const { tab, server } = await refused()
    await tab.renew()
    server.calls.length = 0
    server.faults.set('GET /api/orders', () => {
      server.faults.clear()
      return new Response('', { status: 401, headers: CHALLENGE })
    })
    const barrier = createBarrier(server, 'answers', 'GET /api/orders')
    const response = tab.fetch(API)
    await barrier.reached
    await tab.check()
    barrier.open()
    expect((await response).status).toBe(200)
    expect(server.count(REFRESH)).toBe(1)
  })

  it('that asks for a new login is handed over at once', async () => {
    const { tab, server } = await refused()
    const headers = { 'WWW-Authenticate': 'Bearer error="insufficient_user_authentication", max_age="60"' }
    server.faults.set('GET /api/orders', () => new Response('', { status: 401, headers }))
    expect((await tab.fetch(API)).status).toBe(401)
    expect(server.calls).toEqual(['GET /api/orders'])
  })

  it('is handed over when signed out', async () => {
    const browser = createBrowser()
    const tab = browser.open()
    await tab.ready()
    browser.server.calls.length = 0
    expect((await tab.fetch(API)).status).toBe(401)
    expect(browser.server.calls).toEqual(['GET /api/orders'])
  })

  it('is answered by a renewal also where the server was not asked yet who is signed in', async () => {
    const browser = createBrowser()
    await browser.signedIn()
    browser.advance(LIFETIME)
    const tab = browser.open()
    expect((await tab.fetch(API)).status).toBe(200)
    expect(tab.user?.name).toBe('ada')
  })

  it('of another origin says nothing of our session', async () => {
    const { tab, server } = await refused()
    expect((await tab.fetch('https://other.test/api')).status).toBe(401)
    expect(server.calls).toEqual(['GET /api'])
  })
})

describe('an expired token', () => {
  it.each([-3_600_000, 0, 3_600_000])(
    'is renewed beforehand, by the clock of a server that is %i ms ahead',
    async (serverOffset) => {
      const browser = createBrowser({ serverOffset })
      const [tab, other] = await browser.signedIn(2)
      browser.advance(LIFETIME - 2_001)
      await Promise.all([tab.fetch(API), other?.fetch(API)])
      expect(browser.server.calls).toEqual(['GET /api/orders', 'GET /api/orders'])
      browser.advance(1)
      await tab.fetch(API)
      await other?.fetch(API)
      expect(browser.server.calls.slice(2)).toEqual([REFRESH, 'GET /api/orders', 'GET /api/orders'])
    },
  )

  it.each([-3_600_000, -1_000_000, 3_600_000])(
    'is renewed beforehand though the clock of the day is set by %i ms',
    async (by) => {
      const browser = createBrowser()
      const [tab] = await browser.signedIn()
      browser.advance(LIFETIME / 2)
      browser.setClock(by)
      browser.advance(LIFETIME / 2)
      await tab.fetch(API)
      expect(browser.server.calls).toEqual([REFRESH, 'GET /api/orders'])
      // and by the new offset, the next one is not renewed too early
      browser.advance(LIFETIME / 2)
      await tab.fetch(API)
      expect(browser.server.count(REFRESH)).toBe(1)
    },
  )

  it('of seconds is renewed before its cookie is gone, and not at every request', async () => {
    const browser = createBrowser({ lifetime: 6_000, cooldown: 0 })
    const [tab] = await browser.signedIn()
    for (let passed = 0; passed < 60_000; passed += 250) {
      browser.advance(250)
      await tab.fetch(API)
      expect((tab.current?.expiresAt ?? 0) - browser.server.time()).toBeGreaterThan(1_000)
    }
    expect(browser.server.count(REFRESH)).toBeLessThan(15)
  })

  it('is known to be so by a tab that heard of it much later', async () => {
    const late: (() => void)[] = []
    const browser = createBrowser({ onMessage: (deliver) => late.push(deliver) })
    const [tab, frozen] = await browser.signedIn(2)
    browser.advance(LIFETIME / 2)
    await tab.renew()
    browser.advance(LIFETIME)
    for (const deliver of late) deliver()
    expect(frozen?.current?.expiresAt).toBe(tab.current?.expiresAt)
    browser.server.calls.length = 0
    await frozen?.fetch(API)
    expect(browser.server.calls).toEqual([REFRESH, 'GET /api/orders'])
  })
})

describe('the body of a request', () => {
  const form = new FormData()
  form.set('name', 'value')
  const bodies: [string, () => [string | Request, RequestInit?]][] = [
    ['text', () => [API, { method: 'POST', body: 'text' }]],
    ['bytes', () => [API, { method: 'POST', body: new TextEncoder().encode('text') }]],
    ['a blob', () => [API, { method: 'POST', body: new Blob(['text']) }]],
    ['a form', () => [API, { method: 'POST', body: form }]],
    ['a Request', () => [new Request(API, { method: 'POST', body: 'text' })]],
    ['nothing', () => [API, { method: 'POST' }]],
  ]

  it.each(bodies)('is sent again after a renewal: %s', async (_, make) => {
    const { tab, server } = await refused()
    const response = await tab.fetch(...make())
    expect(response.status).toBe(200)
    expect(server.calls).toEqual([POST, REFRESH, POST])
    const [first, , second] = server.bodies
    expect(second).toBe(first)
    expect(server.requests[2]?.headers.get('Content-Type')).toBe(
      server.requests[0]?.headers.get('Content-Type'),
    )
  })

  it('is sent once where it is a stream: the 401 is handed over, and the next request succeeds', async () => {
    const { tab, server } = await refused()
    const stream = (): RequestInit => ({ method: 'POST', body: new Blob(['text']).stream(), duplex: 'half' })
    expect((await tab.fetch(API, stream())).status).toBe(401)
    expect(server.calls).toEqual([POST, REFRESH])
    expect((await tab.fetch(API, stream())).status).toBe(200)
    expect(server.bodies).toEqual(['text', '', 'text'])
  })

  it('as the headers, comes as it was given', async () => {
    const { tab, server } = await refused()
    await tab.fetch(new URL(API), {
      method: 'PUT',
      body: '{}',
      headers: { 'Content-Type': 'application/json', 'X-A': '1' },
    })
    for (const request of [server.requests[0], server.requests[2]]) {
      expect(request?.method).toBe('PUT')
      expect(request?.headers.get('Content-Type')).toBe('application/json')
      expect(request?.headers.get('X-A')).toBe('1')
    }
  })
})

describe('a request', () => {
  const waits: [string, (browser: ReturnType<typeof createBrowser>, tab: Tab) => Promise<unknown>][] = [
    [
      'a renewal',
      async ({ server, advance }) => {
        advance(LIFETIME)
        return createBarrier(server, 'arrives', REFRESH).reached
      },
    ],
    [
      'the lock of another tab',
      async ({ locks, advance }) => {
        advance(LIFETIME)
        void locks.of('frozen').request('', {}, () => new Promise(() => undefined))
      },
    ],
    [
      'who is signed in',
      async ({ server }, tab) => {
        createBarrier(server, 'answers', 'GET /auth/session')
        tab.focus()
      },
    ],
    [
      'a renewal after a 401',
      async ({ server }) => {
        server.disableAccess()
        createBarrier(server, 'answers', REFRESH)
      },
    ],
  ]

  it.each(waits.flatMap(([what, hold]) => [[what, 'init', hold] as const, [what, 'Request', hold] as const]))(
    'that waits for %s rejects as soon as the signal of its %s aborts, and the rest goes on',
    async (_, place, hold) => {
      const browser = createBrowser()
      const [tab] = await browser.signedIn()
      void hold(browser, tab)
      const reason = new Error('enough')
      const controller = new AbortController()
      const init = { method: 'POST', signal: controller.signal }
      const response = place === 'init' ? tab.fetch(API, init) : tab.fetch(new Request(API, init))
      await new Promise((resolve) => setImmediate(resolve))
      controller.abort(reason)
      await expect(response).rejects.toBe(reason)
      browser.server.pass = () => undefined
      expect(tab.status).toBe('signed-in')
    },
  )

  it('that is given up does not give up the renewal that others wait for', async () => {
    const browser = createBrowser()
    const [tab] = await browser.signedIn()
    browser.advance(LIFETIME)
    const barrier = createBarrier(browser.server, 'arrives', REFRESH)
    const controller = new AbortController()
    const [given, kept] = [tab.fetch(API, { signal: controller.signal }), tab.fetch(API)]
    await barrier.reached
    controller.abort()
    await expect(given).rejects.toThrow('aborted')
    barrier.open()
    expect((await kept).status).toBe(200)
    expect(browser.server.count(REFRESH)).toBe(1)
  })

  it('whose signal has aborted already is not sent', async () => {
    const { tab, server } = await refused()
    await expect(tab.fetch(API, { signal: AbortSignal.abort() })).rejects.toThrow('aborted')
    expect(server.calls).toEqual([])
  })

  it('that fails rejects as fetch does', async () => {
    const { tab, server } = await refused()
    server.offline = true
    await expect(tab.fetch(API)).rejects.toBeInstanceOf(TypeError)
  })
})

describe('the CSRF token', () => {
  const cases: [string, string, boolean][] = [
    ...['POST', 'PUT', 'PATCH', 'DELETE', 'post', 'QUERY'].map((method): [string, string, boolean] => [
      method,
      API,
      true,
    ]),
    ...['GET', 'HEAD', 'OPTIONS'].map((method): [string, string, boolean] => [method, API, false]),
    ['POST', 'https://evil.test/api/orders', false],
    ['POST', 'https://app.test.evil.test/api', false],
    ['POST', 'http://app.test/api', false],
    ['POST', 'https://app.test:8443/api', false],
    ['POST', 'https://app.test:443/api', true],
    ['POST', 'https://APP.test/api', true],
  ]

  it.each(cases)('%s %s: %s', async (method, url, isSent) => {
    const browser = createBrowser()
    const [tab] = await browser.signedIn()
    await tab.fetch(url, { method })
    const [sent] = browser.server.requests
    expect(sent?.headers.get('X-CSRF-Token')).toBe(isSent ? 'csrf-s0' : null)
    expect(sent?.credentials).toBe('same-origin')
    expect(sent?.mode).toBe(isSent ? 'same-origin' : 'cors')
  })

  it('is that of the present session, and goes with the session routes too', async () => {
    const browser = createBrowser()
    const [tab] = await browser.signedIn()
    await tab.renew()
    await tab.logout()
    await tab.login({ name: 'bob', password: 'right' })
    await tab.fetch(API, { method: 'POST' })
    const sent = browser.server.requests.map(
      ({ url, headers }) => `${new URL(url).pathname} ${headers.get('X-CSRF-Token')}`,
    )
    expect(sent).toEqual([
      '/auth/refresh csrf-s0',
      '/auth/logout csrf-s0',
      '/auth/login null',
      '/api/orders csrf-s1',
    ])
    for (const { url, redirect } of browser.server.requests) {
      expect(redirect).toBe(url.includes('/auth/') ? 'error' : 'follow')
    }
  })
})
