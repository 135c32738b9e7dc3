import { describe, expect, it, vi } from 'vitest'
import { createBarrier, createBrowser, type Tab } from './fake-browser.ts'
import { LIFETIME, ORIGIN } from './fake-server.ts'

const API = `${ORIGIN}/api/orders`
const POST = 'POST /api/orders'
const SESSION = 'GET /auth/session'

const shows = (tab: Tab | undefined, name: string | undefined) =>
  vi.waitFor(() => expect(tab?.user?.name).toBe(name), 10_000)

describe('a sign-in by a route of the application’s own', () => {
  const ways: [string, (tab: Tab) => unknown][] = [
    ['ready()', (tab) => tab.ready()],
    ['check()', (tab) => tab.check()],
    ['renew()', (tab) => tab.renew()],
    ['the focus, as after a popup', (tab) => tab.focus()],
    ['coming back from the back/forward cache', (tab) => tab.comeBack()],
  ]

  it.each(ways)('is learned by %s, and by all tabs', async (_, learn) => {
    const browser = createBrowser()
    const [tab, other] = [browser.open(), browser.open()]
    await Promise.all([tab.ready(), other.ready()])
    expect([tab.status, other.status]).toEqual(['signed-out', 'signed-out'])
    const heard = vi.fn<(current: unknown) => void>()
    tab.onChange(heard)
    await browser.callback('ann')
    await learn(tab)
    await shows(tab, 'ann')
    await shows(other, 'ann')
    expect(heard).toHaveBeenCalledOnce()
    expect(browser.server.count('POST /auth/refresh')).toBe(0)
  })

  it.each(ways.slice(1).filter(([way]) => way !== 'renew()'))(
    'as another user is learned by %s, and by all tabs',
    async (_, learn) => {
      const browser = createBrowser()
      const [tab, other] = await browser.signedIn(2)
      await browser.callback('bob')
      await learn(tab)
      await shows(tab, 'bob')
      await shows(other, 'bob')
      expect(browser.server.count('POST /auth/refresh')).toBe(0)
    },
  )

  it('is learned by a tab that was asking when it happened', async () => {
    const browser = createBrowser()
    const tab = browser.open()
    await tab.ready()
    const barrier = createBarrier(browser.server, 'answers', SESSION)
    tab.focus()
    await barrier.reached
    await browser.callback('ann')
    const checked = tab.check()
    barrier.open()
    expect((await checked)?.subject).toBe('ann')
  })

  it('makes no noise where nothing has changed', async () => {
    const browser = createBrowser()
    const [tab, other] = await browser.signedIn(2)
    const heard = vi.fn<() => void>()
    for (const one of [tab, other]) one?.onChange(heard)
    const before = tab.current
    browser.advance(1_000)
    expect(await tab.check()).toBe(before)
    tab.focus()
    await vi.waitFor(() => expect(browser.server.count(SESSION)).toBe(2), 10_000)
    await browser.open().ready()
    expect(tab.current).toBe(before)
    expect(heard).not.toHaveBeenCalled()
  })

  it('asks nothing at the focus of a page that never asked', async () => {
    const browser = createBrowser()
    browser.open().focus()
    await new Promise((resolve) => setImmediate(resolve))
    expect(browser.server.calls).toEqual([])
  })
})

describe('a sign-out by a route of the application’s own', () => {
  it('is learned by all tabs from a page that opens after it', async () => {
    const browser = createBrowser()
    const [tab, other] = await browser.signedIn(2)
    Object.assign(browser.jar, { access: undefined, refresh: undefined })
    await browser.open().ready()
    for (const one of [tab, other]) await vi.waitFor(() => expect(one?.status).toBe('signed-out'), 10_000)
    expect(browser.server.count('POST /auth/refresh')).toBe(0)
  })
})

describe('what was begun as ann is not done as bob, who signed in by a callback in tab B:', () => {
  const methods = ['POST', 'PUT', 'PATCH', 'DELETE'] as const

  /** Tab A shows ada, and hears of bob in tab B, whose page has asked. */
  async function heardOf(settings = {}) {
    const browser = createBrowser(settings)
    const [a] = await browser.signedIn(1)
    await browser.callback('bob')
    const barrier = createBarrier(browser.server, 'arrives', SESSION)
    const b = browser.open()
    const ready = b.ready()
    await barrier.reached
    barrier.open()
    return { browser, a, b, ready }
  }

  it.each(methods)('a %s that begins when tab A has just heard of it', async (method) => {
    const { browser, a, ready } = await heardOf()
    await ready
    expect(a.user?.name).toBe('ada')
    await expect(a.fetch(API, { method })).rejects.toMatchObject({ code: 'session_changed' })
    await shows(a, 'bob')
    expect(browser.server.count(`${method} /api/orders`)).toBe(0)
    expect((await a.fetch(API, { method })).status).toBe(200)
  })

  it.each<[string, (tab: Tab) => Promise<unknown>, string]>([
    ['logoutEverywhere()', (tab) => tab.logoutEverywhere(), 'POST /auth/logout-all'],
    ['logoutOthers()', (tab) => tab.logoutOthers(), 'POST /auth/logout-others'],
    ['revoke()', (tab) => tab.revoke('s7'), 'DELETE /auth/sessions/s7'],
    ['revoke() of this session', (tab) => tab.revoke('s0'), 'DELETE /auth/sessions/s0'],
  ])('%s', async (_, act, call) => {
    const { browser, a, ready } = await heardOf()
    await ready
    await expect(act(a)).rejects.toMatchObject({ code: 'session_changed' })
    expect(browser.server.count(call)).toBe(0)
  })

  it('a request while the page that got the focus still asks', async () => {
    const browser = createBrowser({ channels: false })
    const [a] = await browser.signedIn()
    await browser.callback('bob')
    a.focus()
    await expect(a.fetch(API, { method: 'POST' })).rejects.toMatchObject({ code: 'session_changed' })
    expect(browser.server.count(POST)).toBe(0)
  })

  it('a request while the server cannot be asked who it is', async () => {
    const { browser, a, ready } = await heardOf()
    browser.server.faults.set(SESSION, () => new Response('', { status: 503 }))
    await ready.catch(() => undefined)
    a.comeBack()
    await expect(a.fetch(API, { method: 'POST' })).rejects.toMatchObject({ status: 503 })
    // reading goes on: whether there is an answer is for the server to say
    expect((await a.fetch(API)).status).toBe(200)
    browser.server.faults.clear()
    await expect(a.fetch(API, { method: 'POST' })).rejects.toMatchObject({ code: 'session_changed' })
    expect(browser.server.count(POST)).toBe(0)
  })

  it('a request that had to renew, and so met the other user', async () => {
    const browser = createBrowser({ channels: false })
    const [a] = await browser.signedIn()
    browser.advance(LIFETIME)
    await browser.callback('bob')
    await expect(a.fetch(API, { method: 'POST' })).rejects.toMatchObject({ code: 'session_changed' })
    expect(browser.server.count(POST)).toBe(0)
    expect(a.user?.name).toBe('bob')
  })
})

describe('documents of different sessions', () => {
  it.each([-86_400_000, 86_400_000])(
    'are not compared: the server that answers bob is %i ms off',
    async (serverOffset) => {
      const browser = createBrowser()
      const [a] = await browser.signedIn()
      const b = browser.open({ now: () => Date.now() + serverOffset })
      await b.login({ name: 'bob', password: 'right' })
      await shows(a, 'bob')
      expect(b.user?.name).toBe('bob')
    },
  )

  it('of one session are ordered by generation, whatever clocks say', async () => {
    const late: (() => void)[] = []
    const browser = createBrowser({ cooldown: 0, onMessage: (deliver) => late.push(deliver) })
    const [a, b, c] = await browser.signedIn(3)
    late.length = 0
    await b?.renew()
    const ofGeneration1 = late.splice(0)
    browser.advance(1_000)
    await c?.renew()
    for (const deliver of [...late, ...ofGeneration1]) deliver()
    expect(a.current?.generation).toBe(2)
    expect(browser.server.count(SESSION)).toBe(0)
  })
})

describe('a session that the server does not recognize', () => {
  async function replaced(count: number) {
    const browser = createBrowser()
    const tabs = await browser.signedIn(count)
    browser.server.isBlind = true
    browser.advance(LIFETIME)
    return { ...browser, tabs }
  }

  it('[I-52] is none: a page that opens shows its sign-in form, and the cookies stay', async () => {
    const { open, jar, server } = await replaced(1)
    const tab = open()
    await expect(tab.ready()).resolves.toBeUndefined()
    expect(tab.status).toBe('signed-out')
    expect(jar.refresh).toBeDefined()
    expect(server.calls).toEqual([SESSION, 'POST /auth/refresh'])
  })

  it('is none for a page that is open, and its request is answered as that of anybody', async () => {
    const { tabs, jar } = await replaced(1)
    expect((await tabs[0].fetch(API)).status).toBe(401)
    expect(tabs[0].status).toBe('signed-out')
    expect(jar.refresh).toBeDefined()
  })

  it('[I-52] is back when a server recognizes it: by check(), the focus, or another tab', async () => {
    for (const learn of [(tab: Tab) => tab.check(), async (tab: Tab) => tab.focus()]) {
      const { tabs, server } = await replaced(2)
      await Promise.all(tabs.map((tab) => tab.renew()))
      expect(tabs.map(({ status }) => status)).toEqual(['signed-out', 'signed-out'])
      server.isBlind = false
      await learn(tabs[0])
      for (const tab of tabs) await shows(tab, 'ada')
    }
  })

  it('gives way to a login', async () => {
    const { open } = await replaced(1)
    const tab = open()
    await tab.ready()
    await tab.login({ name: 'bob', password: 'right' })
    expect(tab.user?.name).toBe('bob')
  })
})

describe('a session that has ended elsewhere', () => {
  it('is forgotten by the cookies, while the lock is held', async () => {
    const browser = createBrowser()
    const [first, second] = await browser.signedIn(2)
    const kept = { ...browser.jar }
    await first.logoutEverywhere()
    Object.assign(browser.jar, kept)
    browser.advance(LIFETIME)
    browser.server.calls.length = 0
    const tab = browser.open()
    expect(await tab.ready()).toBeUndefined()
    expect(browser.server.calls).toEqual([SESSION, 'POST /auth/refresh', 'POST /auth/forget'])
    expect(browser.jar).toEqual({})
    expect(second?.status).toBe('signed-out')
  })

  it('costs nobody the session that was begun before the cookies were to be forgotten', async () => {
    const browser = createBrowser()
    const [first] = await browser.signedIn()
    const kept = { ...browser.jar }
    await first.logoutEverywhere()
    Object.assign(browser.jar, kept)
    browser.advance(LIFETIME)
    const barrier = createBarrier(browser.server, 'answers', 'POST /auth/refresh')
    const tab = browser.open()
    const ready = tab.ready()
    await barrier.reached
    await browser.callback('bob')
    barrier.open()
    await ready
    expect((await tab.check())?.subject).toBe('bob')
  })
})

describe('a visitor who never signed in', () => {
  it('costs one request', async () => {
    const browser = createBrowser()
    const tab = browser.open()
    expect(await tab.ready()).toBeUndefined()
    expect(tab.status).toBe('signed-out')
    expect(browser.server.calls).toEqual([SESSION])
  })
})
