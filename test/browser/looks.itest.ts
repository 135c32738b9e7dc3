import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { root } from '../docs/repository.ts'
import { differenceFrom } from './picture.ts'
import { createWorld, GRACE, SERVERS, signIn, type App, type World } from './world.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

let world: World
beforeAll(async () => {
  world = await createWorld()
})
afterAll(() => world.close())

/** The pages are the same whatever the server. */
const start = (): Promise<App> => world.start(SERVERS[0]![1])

/** What a phone, a desk in daylight and a desk at night show. */
const SCREENS: Record<string, BrowserContextOptions> = {
  light: { viewport: { width: 1024, height: 720 }, colorScheme: 'light' },
  dark: { viewport: { width: 1024, height: 720 }, colorScheme: 'dark' },
  phone: { viewport: { width: 360, height: 740 }, colorScheme: 'light', deviceScaleFactor: 2 },
}

/** The pictures that pages show. Of other states, what a test can say of their looks is all that is checked. */
const PICTURES: Record<string, string> = { 'overview light': 'docs/images/spa-overview-light.png' }

/** Compares a state with its picture, which UPDATE_SCREENSHOTS=1 renews. */
async function compareWithPicture(page: Page, state: string, screen: string): Promise<void> {
  const picture = PICTURES[`${state} ${screen}`]
  if (picture === undefined) return
  const path = join(root, picture)
  // of what no mouse touches: a button that was pressed fades for a while
  await page.mouse.move(0, 0)
  const screenshot = await page.screenshot({ fullPage: true, animations: 'disabled' })
  if (process.env['UPDATE_SCREENSHOTS'] === '1') writeFileSync(path, screenshot)
  const { share, ...size } = await differenceFrom(path, screenshot, world.browser)
  expect(size, `${picture}: UPDATE_SCREENSHOTS=1 renews it`).toEqual({ wider: 0, higher: 0 })
  expect(share, `${picture}: UPDATE_SCREENSHOTS=1 renews it`).toBeLessThan(0.005)
}

/** What axe finds, what does not fit the screen or a finger, and what cannot be seen as it was drawn. */
async function flawsOf(page: Page): Promise<unknown> {
  return page.evaluate(`(async () => {
    const { violations } = await axe.run(document, { resultTypes: ['violations'] })
    const boxOf = (element) => element.getBoundingClientRect()
    const outer = (elements) => elements.map((element) => element.outerHTML)
    const all = [...document.querySelectorAll('body *')].filter((element) => element.checkVisibility())
    const controls = all.filter((element) => element.matches('button, input, nav a'))
    const texts = all.filter((element) => element.childElementCount === 0 && element.textContent.trim() !== '')
    const isCovered = (element) => {
      element.scrollIntoView({ block: 'center', behavior: 'instant' })
      const { left, top, width, height } = boxOf(element)
      const front = document.elementFromPoint(left + width / 2, top + height / 2)
      return !(element.contains(front) || front?.contains(element))
    }
    const flaws = {
      violations: violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)]),
      small: outer(controls.filter((element) => Math.min(boxOf(element).width, boxOf(element).height) < 44)),
      covered: outer(controls.filter(isCovered)),
      outside: outer(texts.filter((element) => boxOf(element).right > innerWidth + 1)),
      wider: Math.max(0, document.documentElement.scrollWidth - innerWidth),
    }
    scrollTo(0, 0)
    return flaws
  })()`)
}

const none = { violations: [], small: [], covered: [], outside: [], wider: 0 }

/** Whether the page has its own font, and the colors that the screen asks for. */
async function styleOf(page: Page): Promise<unknown> {
  return page.evaluate(`(async () => {
    await document.fonts.ready
    const { backgroundColor, fontFamily } = getComputedStyle(document.body)
    const [red, green, blue] = backgroundColor.match(/\\d+/g).map(Number)
    return {
      font: [...document.fonts].some(({ family, status }) => fontFamily.includes(family) && status === 'loaded'),
      background: red + green + blue > 3 * 200 ? 'light' : red + green + blue < 3 * 55 ? 'dark' : backgroundColor,
    }
  })()`)
}

/** The script of axe would be refused by the content security policy as part of the page: it comes from outside. */
async function person(options: BrowserContextOptions): Promise<BrowserContext> {
  const context = await world.person(options)
  await context.addInitScript(axe)
  return context
}

describe.concurrent.each(Object.entries(SCREENS))(
  'on a screen that is %s, each state looks finished and can be used:',
  (screen, options) => {
    it('signing in, overview, devices, admin, refused, trouble', async () => {
      const app = await start()
      const others = ['Firefox on Windows', 'Safari on iPhone']
      for (const device of others) await app.sessions.start({ subject: 'user-2', device, ip: '192.0.2.7' })
      const context = await person(options)
      const judge = async (page: Page, state: string): Promise<void> => {
        expect(await flawsOf(page), state).toEqual(none)
        expect(await styleOf(page), state).toEqual({ font: true, background: options.colorScheme })
        await compareWithPicture(page, state, screen)
      }

      const page = await context.newPage()
      await page.goto(app.origin)
      await page.getByRole('heading', { name: 'Sign in' }).waitFor()
      await judge(page, 'sign-in')
      await page.getByLabel('E-mail').fill(GRACE.email)
      await page.getByLabel('Password').fill('difference-engine')
      await page.getByRole('button', { name: 'Sign in', exact: true }).click()
      await page.getByText('E-mail and password do not match.').waitFor()
      await judge(page, 'wrong-password')
      await page.getByRole('button', { name: 'Fill in as Grace Hopper' }).click()
      await page.keyboard.press('Enter')
      await page.getByText(GRACE.email).waitFor()
      await page.getByRole('button', { name: 'Countersign a document' }).click()
      await page.getByText(/countersigned at/).waitFor()
      // a third of the minute later
      await page.evaluate('(() => { const { now } = Date; Date.now = () => now() + 20_000 })()')
      await page.getByText(/^(?:3\d|40)$/).waitFor()
      await judge(page, 'overview')

      await page.getByRole('link', { name: 'Devices' }).click()
      await page.getByText('This device').waitFor()
      await judge(page, 'devices')
      await page.getByRole('link', { name: 'Admin' }).click()
      await page.getByText('ada@example.com').waitFor()
      await judge(page, 'admin')

      await context.setOffline(true)
      await page.getByText('You are offline.').waitFor()
      await page.getByRole('button', { name: 'Sign out', exact: true }).click()
      await page.getByText('Not signed out yet.').first().waitFor()
      await judge(page, 'offline')
      await context.setOffline(false)
      await page.getByText('You are signed out.').waitFor()
      await judge(page, 'signed-out')
      await context.close()
    })
  },
)

describe.concurrent('without a mouse', () => {
  it('one signs in, goes everywhere and signs out, and the focus is where one is', async () => {
    const app = await start()
    const context = await person({})
    const page = await context.newPage()
    await page.goto(app.origin)
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    const focused = (): Promise<unknown> =>
      page.evaluate(`document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent`)
    const tabTo = async (name: string): Promise<void> => {
      for (let presses = 0; (await focused()) !== name; presses++) {
        if (presses > 20) throw new Error(`${name} cannot be reached`)
        await page.keyboard.press('Tab')
      }
      // seen by the eye, too
      expect(await page.evaluate(`getComputedStyle(document.activeElement).outlineStyle`)).toBe('solid')
    }

    await page.keyboard.press('Tab')
    expect(await focused()).toBe('Skip to content')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    await page.keyboard.type(GRACE.email)
    await page.keyboard.press('Tab')
    await page.keyboard.type(GRACE.password)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Hello, Grace' }).waitFor()
    expect(await focused()).toBe('Hello, Grace')
    expect(await page.title()).toBe('Overview · Countersign demo')

    await page.reload()
    await page.getByRole('heading', { name: 'Hello, Grace' }).waitFor()
    await tabTo('Devices')
    await page.keyboard.press('Enter')
    expect(await focused()).toBe('Devices')
    await page.getByText('This device').waitFor()
    await tabTo('Sign out this device')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    expect(await focused()).toBe('Sign in')
    expect(await context.cookies(app.origin)).toEqual([])
    await context.close()
  })

  it('every control has a name, and each view its landmarks', async () => {
    const app = await start()
    const context = await person({})
    const page = await signIn(context, app, GRACE)
    for (const view of ['Overview', 'Devices', 'Admin']) {
      await page.getByRole('link', { name: view }).click()
      await page.locator('[aria-busy]').waitFor({ state: 'detached' })
      for (const role of ['button', 'link', 'textbox'] as const) {
        expect(await page.getByRole(role).count()).toBe(await page.getByRole(role, { name: /\S/ }).count())
      }
      for (const landmark of ['banner', 'navigation', 'main', 'contentinfo'] as const) {
        expect(await page.getByRole(landmark).count(), landmark).toBe(1)
      }
      expect(await page.getByRole('heading', { level: 1 }).count()).toBe(1)
      expect(await page.locator('a[aria-current=page]').textContent()).toBe(view)
    }
    await context.close()
  })
})
