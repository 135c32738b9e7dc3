import { describe, expect, it, vi } from 'vitest'
import { createBrowser } from './fake-browser.ts'

const REFRESH = 'POST /auth/refresh'
const settle = () => new Promise((resolve) => setImmediate(resolve))

/** A tab that keeps the session alive, with tokens of ten seconds; and what lets time pass second by second. */
async function kept(keepAlive = true) {
  const browser = createBrowser({ lifetime: 10_000, cooldown: 0 })
  const tab = browser.open({}, { keepAlive })
  await tab.login({ name: 'ada', password: 'right' })
  const pass = async (seconds: number) => {
    for (let i = 0; i < seconds; i++) {
      browser.advance(1_000)
      await settle()
    }
  }
  return { ...browser, tab, pass }
}

describe('with keepAlive, the access token is replaced', () => {
  it('before it ends, for as long as the page is visible', async () => {
    const { tab, pass, server } = await kept()
    for (let i = 0; i < 100; i++) {
      await pass(1)
      expect((tab.current?.expiresAt ?? 0) - server.time()).toBeGreaterThan(1_000)
    }
    expect(server.count(REFRESH)).toBeGreaterThan(9)
    expect(server.count(REFRESH)).toBeLessThan(14)
  })

  it('not while the page is hidden, and at once when it is shown', async () => {
    const { tab, pass, server } = await kept()
    tab.show(false)
    await pass(60)
    expect(server.count(REFRESH)).toBe(0)
    tab.show(true)
    await vi.waitFor(() => expect(server.count(REFRESH)).toBe(1), 10_000)
    await pass(30)
    expect(server.count(REFRESH)).toBeGreaterThan(3)
  })

  it('again after an outage, which it does not make worse', async () => {
    const { tab, pass, server } = await kept()
    server.faults.set(REFRESH, () => new Response('', { status: 503, headers: { 'Retry-After': '20' } }))
    await pass(60)
    expect(server.count(REFRESH)).toBeLessThan(5)
    server.faults.clear()
    await pass(25)
    expect((tab.current?.expiresAt ?? 0) - server.time()).toBeGreaterThan(0)
  })

  it('by no tab that is signed out, and again after the next login', async () => {
    const { tab, pass, server } = await kept()
    await tab.logout()
    await pass(60)
    expect(server.count(REFRESH)).toBe(0)
    await tab.login({ name: 'bob', password: 'right' })
    await pass(20)
    expect(server.count(REFRESH)).toBeGreaterThan(0)
  })

  it('not after close()', async () => {
    const { tab, pass, server, timers } = await kept()
    tab.close()
    await pass(60)
    expect([server.count(REFRESH), timers()]).toEqual([0, 0])
  })
})

it('without keepAlive, nothing is replaced that is not asked for', async () => {
  const { pass, server, timers } = await kept(false)
  await pass(60)
  expect([server.count(REFRESH), timers()]).toEqual([0, 0])
})
