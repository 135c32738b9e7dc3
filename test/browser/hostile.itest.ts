import type { IncomingMessage } from 'node:http'
import { authenticateUpgrade, createAuthenticator } from '@countersign/core'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocketServer } from 'ws'
import { createWorld, GRACE, SERVERS, signIn, type App, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await createWorld()
})
afterAll(() => world.close())

/** What a page can send to another origin without asking it first, and to where it would hurt. */
const TARGETS = [
  '/api/documents',
  '/auth/login',
  '/auth/refresh',
  '/auth/forget',
  '/auth/logout',
  '/auth/logout-all',
  '/auth/logout-others',
]
const CREDENTIALS = JSON.stringify(GRACE)

/** Submits a form in a tab of its own, as a click on the page would. Answers the status of what came of it. */
async function submit(page: Page, url: string, enctype: string): Promise<number> {
  const [tab] = await Promise.all([
    page.context().waitForEvent('page'),
    page.evaluate(`(() => {
      const form = document.createElement('form')
      Object.assign(form, { method: 'post', target: '_blank', rel: 'opener', action: ${JSON.stringify(url)}, enctype: '${enctype}' })
      // as text/plain, name and value together are JSON
      const [name, value] = ${JSON.stringify(`${CREDENTIALS.slice(0, -1)},"x":"="}`)}.split('=')
      form.append(Object.assign(document.createElement('input'), { name, value }))
      document.body.append(form)
      form.submit()
    })()`),
  ])
  await tab.waitForLoadState()
  const status = await tab.evaluate<number>(`performance.getEntriesByType('navigation')[0].responseStatus`)
  await tab.close()
  return status
}

describe.each(SERVERS)('a page that means harm to the application in %s', (_name, createServer) => {
  let app: App
  let person: BrowserContext
  let own: Page
  beforeAll(async () => {
    app = await world.start(createServer)
    person = await world.person()
    own = await signIn(person, app)
  })

  /** What a successful attack would have changed. */
  async function standing(): Promise<unknown> {
    const { seen } = app
    const before = seen.length
    const answer = await own.evaluate(
      `Promise.all(['/auth/session', '/auth/sessions'].map((path) => fetch(path).then((response) => response.json())))`,
    )
    seen.splice(before)
    const [{ subject, sessionId }, { sessions }] = answer as [
      { subject: string; sessionId: string },
      { sessions: { id: string }[] },
    ]
    const cookies = (await person.cookies(app.origin)).map(({ name, value }) => [name, value])
    return { subject, sessionId, sessions: sessions.map(({ id }) => id), cookies }
  }

  async function countersigned(): Promise<number> {
    const answer = await own.evaluate<{ number: number }>(
      `fetch('/api/documents', { method: 'POST' }).then((response) => response.json())`,
    )
    return answer.number
  }

  it('[I-30][I-32] our own page may do with the session what the others below may not', async () => {
    expect(await countersigned()).toBe(1)
    expect(await submit(own, `${app.origin}/api/documents`, 'text/plain')).toBe(201)
    expect(await countersigned()).toBe(3)
  })

  describe.each(['evil.test', 'other.app.test'] as const)('on %s', (host) => {
    let page: Page
    beforeAll(async () => {
      page = await person.newPage()
      await page.goto(world.hostile[host])
    })

    it('[I-30][I-32][D1] cannot act, sign in, refresh or sign out by a form', async () => {
      const before = await standing()
      const count = await countersigned()
      app.seen.length = 0
      const forms = [
        ...TARGETS.map((path) => [path, 'text/plain'] as const),
        ['/api/documents', 'application/x-www-form-urlencoded'],
        ['/auth/login', 'multipart/form-data'],
      ] as const
      for (const [path, enctype] of forms) {
        // from another site the browser sends no cookie: nobody is asking
        const expected = host === 'evil.test' && path === '/api/documents' ? 401 : 403
        expect(await submit(page, app.origin + path, enctype), `${path} ${enctype}`).toBe(expected)
      }
      const requests = app.seen.filter(({ method }) => method === 'POST')
      expect(requests).toHaveLength(forms.length)
      // A sibling is of the same site: the browser does send the cookies, and the gate alone stands between.
      const withCookies = requests.filter(({ cookie }) => cookie.includes('__Host-refresh='))
      expect(withCookies).toHaveLength(host === 'evil.test' ? 0 : requests.length)
      expect(await standing()).toEqual(before)
      expect(await countersigned()).toBe(count + 1)
    })

    it('[I-30][I-32][D1] cannot act, sign in, refresh or sign out by fetch, nor read an answer', async () => {
      const before = await standing()
      const count = await countersigned()
      app.seen.length = 0
      const attempts = `Promise.all(${JSON.stringify(TARGETS)}.flatMap((path) =>
        ['no-cors', 'cors'].flatMap((mode) =>
          ['text/plain', 'application/json', 'application/x-www-form-urlencoded'].map((type) =>
            fetch('${app.origin}' + path, {
              method: 'POST', mode, credentials: 'include', body: ${JSON.stringify(CREDENTIALS)}, headers: { 'Content-Type': type },
            }).then(async (response) => response.type + await response.text(), () => 'refused'),
          ),
        ),
      ))`
      const answers = await page.evaluate<string[]>(attempts)
      expect(answers).toHaveLength(TARGETS.length * 6)
      expect(new Set(answers)).toEqual(new Set(['refused']))
      const posts = app.seen.filter(({ method }) => method === 'POST')
      expect(posts.length).toBeGreaterThan(TARGETS.length * 3)
      for (const { status } of posts) expect([401, 403]).toContain(status)
      expect(await standing()).toEqual(before)
      expect(await countersigned()).toBe(count + 1)
    })

    it('[I-30] cannot read private answers by fetch, as a script, an image or a frame', async () => {
      const read = `Promise.all([
        ...['/api/profile', '/auth/session', '/auth/sessions'].map((path) =>
          fetch('${app.origin}' + path, { credentials: 'include' }).then((response) => response.text(), () => 'refused')),
        ...['script', 'img'].map((tag) => new Promise((resolve) => {
          const element = document.createElement(tag)
          element.onload = () => resolve('loaded')
          element.onerror = () => resolve('refused')
          element.src = '${app.origin}/api/profile'
          document.body.append(element)
        })),
      ])`
      expect(await page.evaluate(read)).toEqual(Array.from({ length: 5 }, () => 'refused'))

      await page.evaluate(`(() => {
        const frame = document.createElement('iframe')
        frame.src = '${app.origin}/'
        document.body.append(frame)
        return new Promise((resolve) => (frame.onload = resolve))
      })()`)
      await expect.poll(() => page.frames()[1]?.url()).toMatch(/^chrome-error:/)
    })

    it('[I-30] cannot open a WebSocket in the name of the user, and our own page can', async () => {
      const authenticator = createAuthenticator(app.sessions.verification())
      const sockets = new WebSocketServer({ noServer: true })
      const outcomes: string[] = []
      const upgrade = async (
        request: IncomingMessage,
        socket: Parameters<WebSocketServer['handleUpgrade']>[1],
        head: Buffer,
      ): Promise<void> => {
        const outcome = await authenticateUpgrade(authenticator, request, socket)
        outcomes.push(outcome.type === 'refused' ? outcome.refusal.body.code : outcome.type)
        if (outcome.type === 'authenticated')
          sockets.handleUpgrade(request, socket, head, (client) => client.close())
      }
      const listener = (...args: Parameters<typeof upgrade>): void => void upgrade(...args)
      app.server.on('upgrade', listener)
      const open = `new Promise((resolve) => {
        const socket = new WebSocket('${app.origin.replace('https', 'wss')}/live')
        socket.onopen = () => resolve('open')
        socket.onerror = () => resolve('refused')
      })`
      expect(await own.evaluate(open)).toBe('open')
      expect(await page.evaluate(open)).toBe('refused')
      expect(outcomes).toEqual([
        'authenticated',
        host === 'evil.test' ? 'credential_missing' : 'cross_site_rejected',
      ])
      app.server.off('upgrade', listener)
      sockets.close()
    })
  })

  it('[I-30][I-32] nobody is signed in as somebody else: a login from elsewhere leaves a signed-out browser signed out', async () => {
    const nobody = await world.person()
    const page = await nobody.newPage()
    for (const url of Object.values(world.hostile)) {
      await page.goto(url)
      expect(await submit(page, `${app.origin}/auth/login`, 'text/plain')).toBe(403)
    }
    expect(await nobody.cookies(app.origin)).toEqual([])
    await nobody.close()
  })
})
