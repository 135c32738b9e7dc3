import { createHandlerRequest } from '@countersign/core/adapter'
import { CookieTooLargeError, type SessionsOptions } from '@countersign/sessions'
import { describe, expect, it } from 'vitest'
import { toPlain, type PlainAnswer } from '../support/answer.ts'
import { createApp, ORIGIN, type App } from '../support/routes.ts'

/** Past the life of an access token. */
const EXPIRED = 660

/** A browser that is signed in opens a page by its address, later. */
async function opens(
  url: string,
  options: Partial<SessionsOptions> = {},
): Promise<App & { open(): Promise<PlainAnswer | undefined> }> {
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
  const signal = (): AbortSignal => new AbortController().signal
  const source = { chunks: undefined, parsed: undefined }
  const context = { path: url, ip: undefined, raw: undefined, signal, ...source }
  const renewal = app.sessions.renewal()
  const open = async (): Promise<PlainAnswer | undefined> => {
    const answer = await renewal.handle(createHandlerRequest(view, context, undefined))
    return answer && toPlain(answer)
  }
  return { ...app, open }
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
