import { createHandlerRequest } from '@countersign/core/adapter'
import type { HandlerResponse } from '@countersign/core/toolkit'
import { CookieTooLargeError, type SessionsOptions } from '@countersign/sessions'
import { describe, expect, it } from 'vitest'
import { createApp, ORIGIN, type App } from '../support/routes.ts'

/** Past the life of an access token. */
const EXPIRED = 660

/** A browser that is signed in opens a page by its address, later. */
async function opens(
  url: string,
  options: Partial<SessionsOptions> = {},
): Promise<App & { open(): Promise<HandlerResponse | undefined> }> {
  const app = createApp({}, options)
  await app.browser.send('POST', '/login', {
    body: {},
    headers: { origin: String(options.origin ?? ORIGIN) },
  })
  app.clock.advance(EXPIRED)
  const headers: Record<string, string> = {
    'sec-fetch-site': 'none',
    'sec-fetch-mode': 'navigate',
    'sec-fetch-dest': 'document',
    cookie: [...app.browser.jar].map(([name, value]) => `${name}=${value}`).join('; '),
  }
  const view = {
    method: 'GET',
    url: () => url,
    header: (name: string) => (headers[name] === undefined ? [] : [headers[name]]),
  }
  const context = { path: url, ip: undefined, raw: undefined, chunks: undefined, parsed: undefined }
  const renewal = app.sessions.renewal()
  return { ...app, open: () => renewal.handle(createHandlerRequest(view, context)) }
}

describe('renewal', () => {
  it.each(['/', '/a?b=//c.test', '/a//b', "/~a.b-c_d!$&'()*+,;=:@%20"])('opens %s again', async (url) => {
    const { open } = await opens(url)
    expect(await open()).toMatchObject({ status: 303, headers: { Location: url } })
  })

  it.each([
    '',
    '//attacker.test',
    '/\\attacker.test',
    '/\t/attacker.test',
    '/\n/attacker.test',
    '/\t\\attacker.test',
    '/é',
    '/a b',
    'https://attacker.test/',
    'attacker.test',
    '*',
  ])('sends nobody to %j, which a browser may take for another server', async (url) => {
    const { open } = await opens(url)
    expect(await open()).toBeUndefined()
  })

  it('knows the names of the cookies on localhost', async () => {
    const localhost = { origin: 'http://localhost:3000', insecureLocalhost: true }
    const { open } = await opens('/', localhost)
    const answer = await open()
    expect(answer?.status).toBe(303)
    expect([answer?.headers['Set-Cookie']].flat().map((line) => line?.split('=')[0])).toEqual([
      'access',
      'refresh',
      'renewed',
    ])
  })

  it('[I-28] an access token that became too large is an error, and the session has not moved on', async () => {
    let text = ''
    const { open, clock } = await opens('/', { claims: () => ({ claims: { text } }) })
    text = 'x'.repeat(4_000)
    await expect(open()).rejects.toThrow(CookieTooLargeError)
    text = ''
    clock.advance(3_600)
    expect((await open())?.status).toBe(303)
  })

  it('needs cookies', () => {
    const { sessions } = createApp({ transport: 'body' }, { origin: undefined })
    expect(() => sessions.renewal()).toThrow('"origin"')
  })
})
