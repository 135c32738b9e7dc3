import { describe, expect, it, vi } from 'vitest'
import { createBarrier, createBrowser } from './fake-browser.ts'
import { LIFETIME, ORIGIN } from './fake-server.ts'

const API = `${ORIGIN}/api/orders`
const REFRESH = 'POST /auth/refresh'

describe('three tabs with one expired token', () => {
  it('refresh once', async () => {
    const browser = createBrowser()
    const tabs = await browser.signedIn(3)
    browser.advance(LIFETIME)
    const statuses = await Promise.all(
      tabs
        .flatMap((tab) => [tab.fetch(API), tab.fetch(API)])
        .map(async (response) => (await response).status),
    )
    expect(statuses).toEqual([200, 200, 200, 200, 200, 200])
    expect(browser.server.count(REFRESH)).toBe(1)
    expect(browser.server.count('GET /auth/session')).toBe(0)
  })

  it('refresh once when messages come late: whoever waited asks what has become', async () => {
    const late: (() => void)[] = []
    let isLate = false
    const browser = createBrowser({ onMessage: (deliver) => (isLate ? late.push(deliver) : deliver()) })
    const tabs = await browser.signedIn(3)
    isLate = true
    browser.advance(LIFETIME)
    await Promise.all(tabs.map((tab) => tab.fetch(API)))
    expect(browser.server.count(REFRESH)).toBe(1)
    expect(browser.server.count('GET /auth/session')).toBe(2)
    for (const deliver of late) deliver()
    expect(new Set(tabs.map(({ current }) => current?.expiresAt)).size).toBe(1)
  })

  it('and no channel refresh once', async () => {
    const browser = createBrowser({ channels: false })
    const tabs = await browser.signedIn(3)
    browser.advance(LIFETIME)
    await Promise.all(tabs.map((tab) => tab.renew()))
    expect(browser.server.count(REFRESH)).toBe(1)
  })

  it('and neither locks nor channel refresh once each, and stay signed in', async () => {
    const browser = createBrowser({ channels: false, locks: false })
    const tabs = await browser.signedIn(3)
    browser.advance(LIFETIME)
    await Promise.all(tabs.flatMap((tab) => [tab.fetch(API), tab.fetch(API)]))
    expect(browser.server.count(REFRESH)).toBe(3)
    expect(browser.server.reuses).toBe(0)
    expect(tabs.map(({ status }) => status)).toEqual(['signed-in', 'signed-in', 'signed-in'])
  })

  it('refresh though the first of them fails', async () => {
    const browser = createBrowser()
    const [first, second] = await browser.signedIn(2)
    browser.advance(LIFETIME)
    browser.server.faults.set(REFRESH, () => {
      browser.server.faults.clear()
      return new Response('', { status: 502 })
    })
    const results = await Promise.allSettled([first.fetch(API), second?.fetch(API)])
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled'])
    expect(browser.server.count(REFRESH)).toBe(2)
  })
})

describe('a tab that has the lock', () => {
  it('and dies leaves it to the next', async () => {
    const browser = createBrowser()
    const [first, second] = await browser.signedIn(2)
    browser.advance(LIFETIME)
    const barrier = createBarrier(browser.server, 'answers', REFRESH)
    const lost = first.renew().catch(() => 'lost')
    await barrier.reached
    const renewed = second?.renew()
    first.die()
    barrier.open()
    expect(await lost).toBe('lost')
    // the server had rotated, and its answer reached nobody
    expect((await renewed)?.subject).toBe('ada')
    expect(browser.server.count(REFRESH)).toBe(2)
    expect(browser.server.reuses).toBe(0)
  })

  it('and is frozen is waited for only so long', async () => {
    const browser = createBrowser()
    const [tab] = await browser.signedIn()
    browser.advance(LIFETIME)
    let thaw = () => undefined as void
    const frost = new Promise<void>((resolve) => (thaw = resolve))
    const frozen = browser.locks.of('frozen').request('', {}, () => frost)
    const renewed = tab.renew()
    await vi.waitFor(() => expect(browser.timers()).toBe(1), 10_000)
    browser.advance(9_999)
    expect(browser.server.calls).toEqual([])
    browser.advance(1)
    expect((await renewed)?.subject).toBe('ada')
    thaw()
    await frozen
  })

  it('and did not renew leaves that to the next, and a login meanwhile is not undone', async () => {
    const browser = createBrowser()
    const [tab] = await browser.signedIn()
    const outside = browser.open({ locks: null })
    let letGo = () => undefined as void
    const held = new Promise<void>((resolve) => (letGo = resolve))
    const idle = browser.locks.of('other').request('', {}, () => held)
    const renewed = tab.renew()
    await vi.waitFor(() => expect(browser.timers()).toBe(1), 10_000)
    letGo()
    await Promise.all([idle, renewed])
    expect(browser.server.calls).toEqual(['GET /auth/session', REFRESH])

    const again = browser.locks
      .of('other')
      .request('', {}, () => new Promise<void>((resolve) => (letGo = resolve)))
    const barrier = createBarrier(browser.server, 'answers', 'GET /auth/session')
    browser.server.calls.length = 0
    const outdated = tab.renew()
    await vi.waitFor(() => expect(browser.timers()).toBe(1), 10_000)
    letGo()
    await barrier.reached
    browser.advance(1)
    await outside.login({ name: 'bob', password: 'right' })
    barrier.open()
    await Promise.all([again, outdated])
    await vi.waitFor(() => expect(tab.user?.name).toBe('bob'), 10_000)
    expect(outside.user?.name).toBe('bob')
    expect(browser.jar.refresh).toMatch(/^s1/)
  })

  it('is not waited for where locks are refused', async () => {
    const browser = createBrowser()
    await browser.signedIn()
    const request = () => Promise.reject(new Error('SecurityError'))
    const tab = browser.open({ locks: { request } })
    browser.advance(LIFETIME)
    expect((await tab.ready())?.subject).toBe('ada')
  })
})

describe('a logout', () => {
  const gone = (tabs: readonly { status: string }[]) => tabs.map(({ status }) => status === 'signed-out')

  it.each(['arrives', 'answers'] as const)(
    'wins against a refresh of its tab, given up when it %s',
    async (moment) => {
      const browser = createBrowser()
      const tabs = await browser.signedIn(2)
      const [tab] = tabs
      const heard: unknown[] = []
      tab.onChange((current) => heard.push(current))
      browser.advance(LIFETIME)
      const barrier = createBarrier(browser.server, moment, REFRESH)
      const renewed = tab.renew()
      const request = tab.fetch(API)
      await barrier.reached
      await tab.logout()
      barrier.open()
      expect(await renewed).toBeUndefined()
      expect((await request).status).toBe(401)
      expect(heard).toEqual([undefined])
      expect(gone(tabs)).toEqual([true, true])
      expect(browser.jar).toEqual({})
      expect(browser.server.calls.at(-1)).toBe('GET /api/orders')
    },
  )

  it('waits for a refresh of another tab, and then empties the cookies', async () => {
    const browser = createBrowser()
    const [first, second] = await browser.signedIn(2)
    browser.advance(LIFETIME)
    const barrier = createBarrier(browser.server, 'answers', REFRESH)
    const renewed = second?.renew()
    await barrier.reached
    const left = first.logout()
    barrier.open()
    await Promise.all([left, renewed])
    expect(browser.server.calls).toEqual([REFRESH, 'POST /auth/logout'])
    expect(gone([first, ...(second ? [second] : [])])).toEqual([true, true])
    expect(browser.jar).toEqual({})
  })

  it('is repeated by a tab whose refresh no lock held back, to empty the cookies again', async () => {
    const browser = createBrowser({ locks: false })
    const [first, second] = await browser.signedIn(2)
    browser.advance(LIFETIME)
    const barrier = createBarrier(browser.server, 'answers', REFRESH)
    const renewed = second?.renew()
    await barrier.reached
    await first.logout()
    expect(browser.jar).toEqual({})
    barrier.open()
    expect(await renewed).toBeUndefined()
    expect(browser.server.count('POST /auth/forget')).toBe(1)
    expect(browser.jar).toEqual({})
    expect(second?.status).toBe('signed-out')
  })

  it('makes a late message about its session no news', async () => {
    const late: (() => void)[] = []
    const browser = createBrowser({ onMessage: (deliver) => late.push(deliver) })
    const [first, second, third] = await browser.signedIn(3)
    if (!second || !third) throw new Error('three tabs')
    late.length = 0
    browser.advance(LIFETIME)
    await second.renew()
    const ofRenewal = late.splice(0)
    await first.logout()
    for (const deliver of [...late, ...ofRenewal]) deliver()
    expect(gone([first, second, third])).toEqual([true, true, true])
  })

  it('does not end a session that another tab has begun since', async () => {
    const late: (() => void)[] = []
    const browser = createBrowser({ onMessage: (deliver) => late.push(deliver) })
    const [first, second] = await browser.signedIn(2)
    browser.advance(1)
    await first.logout()
    await second?.login({ name: 'bob', password: 'right' })
    for (const deliver of late) deliver()
    expect(second?.user?.name).toBe('bob')
    await vi.waitFor(() => expect(first.user?.name).toBe('bob'), 10_000)
    expect(second?.user?.name).toBe('bob')
  })

  it('leaves a question asked before it without effect', async () => {
    const browser = createBrowser()
    await browser.signedIn()
    const [asking, leaving] = [browser.open(), browser.open()]
    const barrier = createBarrier(browser.server, 'answers', 'GET /auth/session')
    const ready = asking.ready()
    await barrier.reached
    await leaving.logout()
    barrier.open()
    expect(await ready).toBeUndefined()
    expect(asking.status).toBe('signed-out')
  })

  it('goes before a refresh that waits for its turn', async () => {
    const browser = createBrowser()
    const [tab] = await browser.signedIn()
    const barrier = createBarrier(browser.server, 'arrives', 'POST /auth/login')
    const entered = tab.login({ name: 'ada', password: 'wrong' }).catch(() => 'refused')
    await barrier.reached
    const renewed = tab.renew()
    const left = tab.logout()
    barrier.open()
    expect(await entered).toBe('refused')
    await Promise.all([renewed, left])
    expect(browser.server.calls).toEqual(['POST /auth/login', 'POST /auth/logout'])
  })

  it('of a tab that never asked who is signed in ends the session of all', async () => {
    const browser = createBrowser()
    const [first, second] = await browser.signedIn(2)
    await browser.open().logout()
    await vi.waitFor(() => expect(gone([first, second ?? first])).toEqual([true, true]), 10_000)
  })

  it('that fails lets the refresh go on which it had held up', async () => {
    const browser = createBrowser()
    const [tab] = await browser.signedIn()
    browser.advance(LIFETIME)
    browser.server.faults.set('POST /auth/logout', () => new Response('', { status: 503 }))
    const barrier = createBarrier(browser.server, 'arrives', REFRESH)
    const request = tab.fetch(API)
    await barrier.reached
    const left = tab.logout()
    barrier.open()
    await expect(left).rejects.toMatchObject({ status: 503 })
    expect((await request).status).toBe(200)
    expect(tab.status).toBe('signed-in')
    expect(browser.server.calls).toEqual(['POST /auth/logout', REFRESH, 'GET /api/orders'])
  })
})

describe('a login', () => {
  it('wins against a refresh of the session before it, where no lock held that back', async () => {
    const browser = createBrowser({ locks: false })
    const [first, second] = await browser.signedIn(2)
    browser.advance(LIFETIME)
    const barrier = createBarrier(browser.server, 'answers', REFRESH)
    const renewed = second?.renew()
    await barrier.reached
    await first.login({ name: 'bob', password: 'right' })
    barrier.open()
    await renewed
    // Bob's cookies have been overwritten: the tabs show who the cookies say it is
    expect(browser.jar.refresh).toMatch(/^s0/)
    for (const tab of [first, second]) await vi.waitFor(() => expect(tab?.user?.name).toBe('ada'), 10_000)
  })

  it('is not ended by a tab that learns only now that nobody was signed in', async () => {
    const browser = createBrowser({ locks: false })
    const [asking, entering] = [browser.open(), browser.open()]
    const barrier = createBarrier(browser.server, 'answers', 'GET /auth/session')
    const ready = asking.ready()
    await barrier.reached
    browser.server.pass = () => undefined
    const entered = await entering.login({ name: 'bob', password: 'right' })
    barrier.open()
    expect((await ready)?.sessionId).toBe(entered.sessionId)
    expect(entering.status).toBe('signed-in')
  })

  it('keeps what was begun as one user from being done as another', async () => {
    const browser = createBrowser()
    const [tab] = await browser.signedIn()
    browser.advance(LIFETIME)
    let barrier = createBarrier(browser.server, 'arrives', REFRESH)
    const expired = tab.fetch(API, { method: 'POST', body: 'one' })
    await barrier.reached
    barrier.open()
    const entered = tab.login({ name: 'bob', password: 'right' })
    await expect(expired).rejects.toMatchObject({ code: 'session_changed' })
    await entered

    browser.server.disableAccess()
    barrier = createBarrier(browser.server, 'answers', 'POST /api/orders')
    const revoked = tab.fetch(API, { method: 'POST', body: 'two' })
    await barrier.reached
    await tab.login({ name: 'cyd', password: 'right' })
    barrier.open()
    expect((await revoked).status).toBe(401)
    expect(browser.server.bodies.filter((body) => body === 'one' || body === 'two')).toEqual(['two'])
  })
})
