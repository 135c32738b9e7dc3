import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createWorld, gate, SERVERS, signIn, type App, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await createWorld()
})
afterAll(() => world.close())

async function openTab(person: BrowserContext, { origin }: App): Promise<Page> {
  const page = await person.newPage()
  await page.goto(origin)
  await page.getByRole('heading', { name: /^Hello/ }).waitFor()
  return page
}

/** Those of a page that is signed out, and asks whether there is a session, are among them. */
const refreshes = (app: App) => app.of('/auth/refresh')
const signedIn = (page: Page): Promise<boolean> => page.getByRole('heading', { name: /^Hello/ }).isVisible()
const signInHeading = (page: Page) => page.getByRole('heading', { name: 'Sign in' })

/** Holds back the next answer to a refresh, or the next request. */
function holdRefresh(app: App, side: 'before' | 'after'): { begun: Promise<void>; release: () => void } {
  const begun = gate()
  const held = gate()
  app.between[side] = async (path) => {
    if (path !== '/auth/refresh') return
    app.between[side] = undefined
    begun.open()
    await held.passed
  }
  return { begun: begun.passed, release: held.open }
}

describe.concurrent.each(SERVERS)('tabs of the application in %s', (_name, createServer) => {
  it(
    'three of them keep their session through many renewals, one refresh at a time',
    { timeout: 120_000 },
    async () => {
      // each renewal rotates, and only the parent of the newest token is still good, for a second
      const app = await world.start(createServer, { expiresIn: 2, cooldown: 1, grace: 1 })
      const person = await world.person()
      const tabs = [await signIn(person, app), await openTab(person, app), await openTab(person, app)]
      app.seen.length = 0
      const answered = () => refreshes(app).filter(({ until }) => until !== undefined)
      await vi.waitUntil(() => answered().length >= 18, { timeout: 110_000, interval: 250 })

      for (const tab of tabs) expect(await signedIn(tab)).toBe(true)
      const all = answered()
      expect(all.map(({ status }) => status)).toEqual(all.map(() => 200))
      for (const [index, { from }] of all.slice(1).entries()) {
        expect(from, 'begun while another was under way').toBeGreaterThanOrEqual(
          all[index]?.until ?? Infinity,
        )
      }
      // three tabs cost hardly more refreshes than one: a token lives one to two seconds
      const seconds = ((all.at(-1)?.until ?? 0) - (all[0]?.from ?? 0)) / 1_000
      expect(all.length).toBeLessThan(seconds + 2)
      expect(await app.sessions.list({ subject: 'user-1' })).toHaveLength(1)
      await person.close()
    },
  )
})

describe.concurrent.each(SERVERS)('a tab of the application in %s', (_name, createServer) => {
  it.each(['before', 'after'] as const)(
    'that is closed %s its refresh has reached the server harms no other',
    async (side) => {
      const app = await world.start(createServer)
      const person = await world.person()
      const first = await signIn(person, app)
      const second = await openTab(person, app)
      app.seen.length = 0
      const held = holdRefresh(app, side)
      void first.getByRole('button', { name: 'Renew now' }).click()
      await held.begun
      await first.close()
      held.release()

      // Where the lock of the closed tab was still held, this one asks first what became of it, and that may be enough.
      const renewed = second.waitForResponse(/\/auth\/(?:refresh|session)$/)
      await second.getByRole('button', { name: 'Renew now' }).click()
      expect((await renewed).status()).toBe(200)
      await second.reload()
      await second.getByRole('heading', { name: /^Hello/ }).waitFor()
      const refused = refreshes(app).filter(({ until, status }) => until !== undefined && status !== 200)
      expect(refused).toEqual([])
      expect(await app.sessions.list({ subject: 'user-1' })).toHaveLength(1)
      await person.close()
    },
  )

  it('signs out all others, and for good', async () => {
    const app = await world.start(createServer)
    const person = await world.person()
    const tabs = [await signIn(person, app), await openTab(person, app), await openTab(person, app)]
    await tabs[0]?.getByRole('button', { name: 'Sign out' }).click()
    for (const tab of tabs) {
      await tab.getByText('You are signed out.').waitFor()
      expect(await tab.getByRole('button', { name: 'Countersign a document' }).count()).toBe(0)
    }
    expect(await person.cookies(app.origin)).toEqual([])
    for (const tab of tabs) {
      await tab.reload()
      await signInHeading(tab).waitFor()
    }
    expect(await app.sessions.list({ subject: 'user-1' })).toEqual([])
    await person.close()
  })

  it('signs out while another one refreshes, and no cookie comes after it', async () => {
    const app = await world.start(createServer)
    const person = await world.person()
    const first = await signIn(person, app)
    const second = await openTab(person, app)
    const held = holdRefresh(app, 'after')
    void first.getByRole('button', { name: 'Renew now' }).click()
    await held.begun
    await second.getByRole('button', { name: 'Sign out' }).click()
    held.release()
    for (const tab of [first, second]) await signInHeading(tab).waitFor()
    await vi.waitUntil(() => app.of('/auth/logout').at(-1)?.until, { timeout: 10_000 })
    expect(await person.cookies(app.origin)).toEqual([])
    expect(await app.sessions.list({ subject: 'user-1' })).toEqual([])
    await person.close()
  })

  it('signs out in spite of its own refresh, which it gives up', async () => {
    const app = await world.start(createServer)
    const person = await world.person()
    const page = await signIn(person, app)
    const held = holdRefresh(app, 'after')
    void page.getByRole('button', { name: 'Renew now' }).click()
    await held.begun
    await page.getByRole('button', { name: 'Sign out' }).click()
    await signInHeading(page).waitFor()
    held.release()
    await vi.waitUntil(() => refreshes(app).every(({ until }) => until !== undefined), { timeout: 10_000 })
    expect(await person.cookies(app.origin)).toEqual([])
    await page.reload()
    await signInHeading(page).waitFor()
    await person.close()
  })
})
