import type { BrowserContext } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createWorld, SERVERS, signIn, type App, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await createWorld()
})
afterAll(() => world.close())

/** The cookies of the session, by name. */
async function cookiesOf(context: BrowserContext, { origin }: App) {
  const cookies = await context.cookies(origin)
  return new Map(cookies.map(({ name, ...cookie }) => [name, cookie]))
}

/** Everything that scripts of a page could find a token in. */
const WITHIN_REACH = `(async () => JSON.stringify({
  cookie: document.cookie,
  store: 'cookieStore' in window ? await cookieStore.getAll() : [],
  html: document.documentElement.outerHTML,
  address: location.href,
  history: history.state,
  local: { ...localStorage },
  session: { ...sessionStorage },
  databases: await indexedDB.databases(),
  caches: await caches.keys(),
  workers: (await navigator.serviceWorker.getRegistrations()).length,
}))()`

describe.concurrent.each(SERVERS)('cookies of the application in %s', (_name, createServer) => {
  let app: App
  beforeAll(async () => {
    app = await world.start(createServer)
  })

  it('[I-25] are HttpOnly, Secure, SameSite=Lax, for the whole host and for no other', async () => {
    const person = await world.person()
    await signIn(person, app)
    const cookies = await cookiesOf(person, app)
    expect([...cookies.keys()].toSorted()).toEqual(['__Host-access', '__Host-refresh'])
    for (const { value, expires, ...attributes } of cookies.values()) {
      // a domain with a dot in front would be one that was given as `Domain`
      expect(attributes).toEqual({
        domain: 'app.test',
        path: '/',
        httpOnly: true,
        secure: true,
        sameSite: 'Lax',
      })
      expect(value).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/)
      expect(expires).toBeGreaterThan(Date.now() / 1_000)
    }
    const seconds = (name: string): number => (cookies.get(name)?.expires ?? 0) - Date.now() / 1_000
    expect(seconds('__Host-access')).toBeLessThanOrEqual(60)
    expect(seconds('__Host-refresh')).toBeGreaterThan(6 * 86_400)

    const elsewhere = await person.newPage()
    for (const url of Object.values(world.hostile)) {
      await elsewhere.goto(url)
      expect(await person.cookies(url)).toEqual([])
    }
    await person.close()
  })

  it('[I-26] carry the tokens, and nothing else does: no body, address, storage, console or header that script sees', async () => {
    const person = await world.person()
    const heard: string[] = []
    const reading: Promise<unknown>[] = []
    person.on('console', (message) => heard.push(message.text()))
    person.on('request', (request) => heard.push(request.url(), request.postData() ?? ''))
    person.on('response', (response) => {
      const { 'set-cookie': _, ...headers } = response.headers()
      heard.push(JSON.stringify(headers))
      reading.push(
        response.text().then(
          (text) => heard.push(text),
          () => undefined,
        ),
      )
    })
    const tokens = new Set<string>()
    const remember = async (): Promise<void> => {
      for (const { value } of await person.cookies(app.origin)) tokens.add(value)
    }

    const page = await signIn(person, app)
    await remember()
    const renewed = page.waitForResponse('**/auth/refresh')
    await page.getByRole('button', { name: 'Renew now' }).click()
    await (await renewed).finished()
    await remember()
    await page.getByRole('button', { name: 'Countersign a document' }).click()
    await page.getByText('No. 1').waitFor()
    await page.getByRole('link', { name: 'Devices' }).click()
    await page.getByText('This device').waitFor()
    await page.reload()
    await page.getByText('This device').waitFor()
    heard.push(String(await page.evaluate(WITHIN_REACH)))
    await Promise.all(reading)

    expect(await page.evaluate('document.cookie')).toBe('')
    expect(tokens.size).toBeGreaterThan(2)
    const everything = heard.join('\n')
    // what was heard holds the answers of the session routes
    expect(everything).toContain('"sessionId"')
    for (const token of tokens) {
      for (const part of [token, ...token.split('.').slice(1)]) expect(everything).not.toContain(part)
    }
    await person.close()
  })

  it('[I-27] are gone after logout, and the tokens that were in them are of no use', async () => {
    const person = await world.person()
    const page = await signIn(person, app)
    const kept = await person.cookies(app.origin)
    expect(kept).toHaveLength(2)
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    expect(await person.cookies(app.origin)).toEqual([])

    await person.addCookies(kept)
    const status = (path: string, method: string): Promise<unknown> =>
      page.evaluate(`fetch('${path}', { method: '${method}' }).then((response) => response.status)`)
    expect(await status('/api/profile', 'GET')).toBe(401)
    expect(await status('/auth/refresh', 'POST')).toBe(401)
    expect(await status('/auth/forget', 'POST')).toBe(204)
    expect(await person.cookies(app.origin)).toEqual([])
    await person.close()
  })

  it('[I-34] come with answers that nothing stores, and so do private pages', async () => {
    const person = await world.person()
    const page = await signIn(person, app)
    const headers = `Promise.all(['/auth/session', '/auth/sessions', '/api/profile'].map(async (path) => {
      const { headers } = await fetch(path)
      return [headers.get('cache-control'), headers.get('vary')]
    }))`
    const answers = await page.evaluate<[string, string][]>(headers)
    expect(answers).toHaveLength(3)
    for (const [cacheControl, vary] of answers) {
      expect(cacheControl).toContain('no-store')
      expect(vary).toContain('Cookie')
    }
    await person.close()
  })
})
