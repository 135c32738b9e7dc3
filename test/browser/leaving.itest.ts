import type { ServerResponse } from 'node:http'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ADA, createWorld, GRACE, SERVERS, signIn, type App, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await createWorld()
})
afterAll(() => world.close())

const hello = (page: Page) => page.getByRole('heading', { name: /^Hello/ })
const signInHeading = (page: Page) => page.getByRole('heading', { name: 'Sign in' })

/** Every answer of the server is 503, until told otherwise. */
function breakDown({ between }: App): () => void {
  between.before = (path: string, res: ServerResponse) => {
    if (/^\/(?:auth|api)\//.test(path)) res.writeHead(503, { 'Retry-After': '1' }).end('Service Unavailable')
  }
  return () => (between.before = undefined)
}

describe.concurrent.each(SERVERS)('the application in %s', (_name, createServer) => {
  const start = (): Promise<App> => world.start(createServer, { expiresIn: 2 })

  it('offline, nobody is signed out, and it goes on by itself', async () => {
    const app = await start()
    const person = await world.person()
    const page = await signIn(person, app)
    await person.setOffline(true)
    await page.getByText('You are still signed in.').waitFor()
    // the access token is gone by then, and its renewal fails
    await page.getByText('It is being renewed.').waitFor()
    expect(await hello(page).isVisible()).toBe(true)
    await page.getByRole('button', { name: 'Countersign a document' }).click()
    await page.getByText('nothing was signed').waitFor()
    await person.setOffline(false)
    await page.getByText('You are offline.').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Countersign a document' }).click()
    await page.getByText(/No\. \d+ countersigned/).waitFor()
    await person.close()
  })

  it('with a server that answers 503, nobody is signed out, also who opens the page anew', async () => {
    const app = await start()
    const person = await world.person()
    const page = await signIn(person, app)
    const repair = breakDown(app)
    await page.getByText('The server cannot help at the moment. You are still signed in.').waitFor()
    await page.getByText('It is being renewed.').waitFor()
    expect(await hello(page).isVisible()).toBe(true)
    await page.reload()
    await page.getByRole('heading', { name: 'No answer yet' }).waitFor()
    repair()
    await hello(page).waitFor()
    expect(await person.cookies(app.origin)).not.toEqual([])
    await person.close()
  })

  it('a sign-out that the server has not confirmed is called that, and is made up for', async () => {
    const app = await start()
    const person = await world.person()
    const page = await signIn(person, app)
    const repair = breakDown(app)
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('alert').getByText('Not signed out yet.').waitFor()
    expect((await person.cookies(app.origin)).map(({ name }) => name)).toContain('__Host-refresh')
    await page.getByRole('button', { name: 'Stay signed in' }).click()
    await page.getByRole('alert').getByText('Not signed out yet.').waitFor({ state: 'detached' })
    expect(await hello(page).isVisible()).toBe(true)

    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('button', { name: 'Try now' }).waitFor()
    repair()
    await signInHeading(page).waitFor()
    expect(await person.cookies(app.origin)).toEqual([])
    await person.close()
  })

  it('a device that is signed out from another one is out within seconds', async () => {
    const app = await start()
    const [phone, desk] = [await world.person(), await world.person()]
    const lost = await signIn(phone, app)
    const page = await signIn(desk, app)
    await page.getByRole('link', { name: 'Devices' }).click()
    const buttons = page.getByRole('button', { name: /^Sign out Chrome on Linux/ })
    await buttons.waitFor()
    const from = Date.now()
    await buttons.click()
    await signInHeading(lost).waitFor()
    expect(Date.now() - from).toBeLessThan(15_000)
    await buttons.waitFor({ state: 'detached' })
    expect(await phone.cookies(app.origin)).toEqual([])
    await page.getByText('This device').waitFor()

    const again = await signIn(phone, app)
    await page.getByRole('button', { name: 'Sign out everywhere else' }).click()
    await signInHeading(again).waitFor()
    await page.getByText('This device').waitFor()

    const third = await signIn(phone, app)
    await page.getByRole('button', { name: 'Sign out everywhere', exact: true }).click()
    await signInHeading(page).waitFor()
    await signInHeading(third).waitFor()
    expect(await app.sessions.list({ subject: 'user-1' })).toEqual([])
    await Promise.all([phone.close(), desk.close()])
  })

  it('the admin area is for admins, by the server too, and an admin signs a user out', async () => {
    const app = await start()
    const [ada, grace] = [await world.person(), await world.person()]
    const member = await signIn(ada, app, ADA)
    expect(await member.getByRole('link', { name: 'Admin' }).count()).toBe(0)
    await member.goto(`${app.origin}/admin`)
    await member.getByText('The server says: this is for administrators.').waitFor()
    expect(await member.getByText(GRACE.email).count()).toBe(0)
    expect(app.of('/api/admin/users').at(-1)?.status).toBe(403)

    const admin = await signIn(grace, app, GRACE)
    await admin.getByRole('link', { name: 'Admin' }).click()
    await admin.getByRole('button', { name: 'Sign out Ada Lovelace on all devices' }).click()
    await signInHeading(member).waitFor()
    await Promise.all([ada.close(), grace.close()])
  })

  it.each(['in another tab', 'on another device'])(
    'after a logout %s, going back shows no private page, from the back/forward cache or without',
    async (where) => {
      const app = await start()
      const person = await world.person()
      const page = await signIn(person, app)
      await page.getByText(ADA.email).waitFor()
      // what the page shows at the very moment in which it comes back
      await page.evaluate(`(() => {
        window.shown = []
        addEventListener('pageshow', ({ persisted }) => shown.push([persisted, document.body.innerText]), { capture: true })
      })()`)
      await page.goto(world.hostile['evil.test'])
      if (where === 'in another tab') {
        const other = await person.newPage()
        await other.goto(app.origin)
        await other.getByRole('button', { name: 'Sign out' }).click()
        await signInHeading(other).waitFor()
      } else await app.sessions.endAll({ subject: 'user-1' })

      await page.evaluate('void setTimeout(() => history.back())')
      await signInHeading(page).waitFor()
      const shown = await page.evaluate<[boolean, string][] | undefined>('window.shown')
      // a message of the other tab makes the browser drop the page from its cache; nothing else does
      expect(shown?.map(([persisted]) => persisted)).toEqual(where === 'in another tab' ? undefined : [true])
      for (const [, text] of shown ?? []) {
        expect(text).toContain('One moment')
        expect(text).not.toContain('Hello')
      }

      await page.goto(`${app.origin}/devices`)
      await signInHeading(page).waitFor()
      expect(await page.getByText('This device').count()).toBe(0)
      await person.close()
    },
  )
})
