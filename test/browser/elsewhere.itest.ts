import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createWorld, SERVERS, signIn, type App, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await createWorld()
})
afterAll(() => world.close())

/** Adds a route of the application's own that signs Grace in, as the callback of an identity provider does. */
function addCallback(app: App): void {
  app.between.before = async (path, res) => {
    if (path !== '/callback') return
    const started = await app.sessions.start({ subject: 'user-2' })
    res.writeHead(303, { Location: '/', 'Set-Cookie': [...app.sessions.cookies(started)] }).end()
  }
}

async function openTab(person: BrowserContext, { origin }: App, path = ''): Promise<Page> {
  const page = await person.newPage()
  await page.goto(origin + path)
  return page
}

const greets = (page: Page, name: string): Promise<void> =>
  page.getByRole('heading', { name: `Hello, ${name}` }).waitFor()

describe.each(SERVERS)(
  'a sign-in that is not made by the page, in the application in %s,',
  (_name, createServer) => {
    it('[I-51] by a callback in one tab is seen in the others, which then act as the new user', async () => {
      const app = await world.start(createServer, { expiresIn: 6 })
      addCallback(app)
      const person = await world.person()
      const first = await signIn(person, app)
      const second = await openTab(person, app)
      await greets(second, 'Ada')
      await openTab(person, app, '/callback').then((page) => greets(page, 'Grace'))
      const begun = Date.now()
      for (const tab of [first, second]) await greets(tab, 'Grace')
      expect(Date.now() - begun).toBeLessThan(1_000)
      const { sessionId, subject } = await first.evaluate<{ sessionId: string; subject: string }>(
        `fetch('/auth/session').then((response) => response.json())`,
      )
      expect(subject).toBe('user-2')
      await first.getByRole('button', { name: 'Countersign a document' }).click()
      await first.getByText('No. 1').waitFor()
      expect(sessionId).toBe((await app.sessions.list({ subject: 'user-2' }))[0]?.id)
      await person.close()
    })

    it('by a route that a script calls is seen when the page gets the focus', async () => {
      const app = await world.start(createServer)
      addCallback(app)
      const person = await world.person()
      const page = await openTab(person, app)
      await page.getByRole('heading', { name: 'Sign in' }).waitFor()
      await page.evaluate(`fetch('/callback').then((response) => response.text())`)
      await page.evaluate(`dispatchEvent(new Event('focus'))`)
      await greets(page, 'Grace')
      expect(app.of('/auth/login')).toEqual([])
      await person.close()
    })
  },
)

describe.each(SERVERS)('the application in %s', (_name, createServer) => {
  it('asks once who a visitor is, and nothing is an error', async () => {
    const app = await world.start(createServer)
    const person = await world.person()
    const errors: string[] = []
    person.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
    const page = await openTab(person, app)
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    const asked = app.seen.filter(({ path }) => path.startsWith('/auth/'))
    expect(asked.map(({ method, path, status }) => [method, path, status])).toEqual([
      ['GET', '/auth/session', 200],
    ])
    expect(errors).toEqual([])
    await person.close()
  })

  it('[I-52] shows its sign-in form to a browser whose cookies it does not recognize, and keeps these', async () => {
    const [before, after] = [await world.start(createServer), await world.start(createServer)]
    const person = await world.person()
    await signIn(person, before)
    const cookies = await person.cookies(after.origin)
    expect(cookies).toHaveLength(2)
    // cookies belong to a host, whatever the port: this server has another secret
    const page = await openTab(person, after)
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    expect(after.of('/auth/forget')).toEqual([])
    expect(await person.cookies(after.origin)).toEqual(cookies)
    await openTab(person, before).then((tab) => greets(tab, 'Ada'))
    await signIn(person, after).then((tab) => greets(tab, 'Ada'))
    await person.close()
  })
})
