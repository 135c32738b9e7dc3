import { memoryStore } from '@countersign/stores'
import { CookieTooLargeError, createSessions, type SessionsOptions } from '@countersign/sessions'
import * as fc from 'fast-check'
import { CookieJar } from 'tough-cookie'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { cookiesOf, createApp, ORIGIN, SECRET } from '../support/routes.ts'

const LOCALHOST = { origin: 'http://localhost:3000', insecureLocalhost: true } as const
const DAY = 86_400

/** The lines of a login and of the logout after it, by their names. */
async function lines(
  options: Partial<SessionsOptions> = {},
): Promise<{ readonly set: readonly string[]; readonly cleared: readonly string[] }> {
  const { browser } = createApp({}, options)
  const headers = { origin: String(options.origin ?? ORIGIN) }
  const set = cookiesOf(await browser.send('POST', '/login', { body: {}, headers }))
  const cleared = cookiesOf(await browser.send('POST', '/logout', { headers }))
  return { set, cleared }
}

/** Name and attributes of a line, without what is in it and how long it stays. */
function frame(line: string): string {
  return line.replace(/^([^=]+)=[^;]*; Max-Age=\d+/, '$1')
}

afterEach(() => vi.unstubAllEnvs())

describe('the cookies of sessions', () => {
  const attributes = 'Path=/; HttpOnly'
  const cases: readonly (readonly [string, Partial<SessionsOptions>, readonly string[]])[] = [
    [
      'by default',
      {},
      ['__Host-access', '__Host-refresh'].map((name) => `${name}; ${attributes}; Secure; SameSite=Lax`),
    ],
    [
      'with sameSite "strict"',
      { sameSite: 'strict' },
      ['__Host-access', '__Host-refresh'].map((name) => `${name}; ${attributes}; Secure; SameSite=Strict`),
    ],
    [
      'with insecureLocalhost',
      LOCALHOST,
      ['access-3000', 'refresh-3000'].map((name) => `${name}; ${attributes}; SameSite=Lax`),
    ],
    [
      'with both',
      { ...LOCALHOST, sameSite: 'strict' },
      ['access-3000', 'refresh-3000'].map((name) => `${name}; ${attributes}; SameSite=Strict`),
    ],
  ]

  it.each(cases)(
    '[I-25][I-27] have these attributes %s, and are cleared with the same',
    async (_, options, expected) => {
      const { set, cleared } = await lines(options)
      expect(set.map(frame)).toEqual(expected)
      expect(cleared.map(frame)).toEqual(expected)
      expect(cleared.every((line) => /^[\w-]+=; Max-Age=0;/.test(line))).toBe(true)
    },
  )

  it.each([
    ['over https', ORIGIN, {}],
    ['on localhost', LOCALHOST.origin, LOCALHOST],
  ])(
    '[I-25][I-27] are kept by a browser that holds the prefix rules %s, and gone after the logout',
    async (_, url, options) => {
      const jar = new CookieJar(undefined, { prefixSecurity: 'strict' })
      const { set, cleared } = await lines(options)
      for (const line of set) await jar.setCookie(line, `${url}/auth/login`)
      expect(await jar.getCookies(url)).toHaveLength(2)
      for (const line of cleared) await jar.setCookie(line, `${url}/auth/logout`)
      expect(await jar.getCookies(url)).toEqual([])
    },
  )

  it('on localhost open the API and the routes, and the names of production do not', async () => {
    const { browser } = createApp({}, LOCALHOST)
    const headers = { origin: LOCALHOST.origin }
    await browser.send('POST', '/login', { body: {}, headers })
    expect((await browser.send('GET', '/session')).status).toBe(200)
    expect((await browser.send('POST', '/refresh', { headers })).status).toBe(200)
    const renamed = [...browser.jar].map(([name, value]) => `__Host-${name}=${value}`).join('; ')
    const answer = await browser.send('GET', '/session', { headers: { cookie: renamed } })
    expect([answer.status, answer.body]).toEqual([200, 'null'])
  })

  it('[I-25] insecureLocalhost throws in production', () => {
    vi.stubEnv('NODE_ENV', 'production')
    const store = memoryStore({ dangerouslyAllowInProduction: true })
    const options = { issuer: ORIGIN, secrets: [SECRET], store }
    expect(() => createSessions({ ...options, ...LOCALHOST })).toThrow(/"insecureLocalhost".*production/)
    expect(() => createSessions({ ...options, origin: ORIGIN })).not.toThrow()
  })

  it.each([
    ['"sameSite"', { sameSite: 'none' }],
    ['"domain"', { domain: 'example.com' }],
    ['"secure"', { secure: false }],
    ['"origin"', { origin: 'http://app.example.com' }],
    ['"origin"', { origin: LOCALHOST.origin }],
    ['"sameSite"', { origin: undefined, sameSite: 'strict' }],
    ['"insecureLocalhost"', { origin: undefined, insecureLocalhost: true }],
  ])('[I-25] an option that would weaken them throws, naming %s', (name, options) => {
    expect(() => createApp({}, options as Partial<SessionsOptions>)).toThrow(name)
  })
})

describe('the life of the cookies', () => {
  it('[I-28] is at most 400 days, which is all that browsers grant', async () => {
    const longest = { idleTimeout: 400 * DAY, absoluteTimeout: 400 * DAY }
    const { set } = await lines(longest)
    const ages = set.map((line) => Number(/Max-Age=(\d+)/.exec(line)?.[1]))
    expect(ages[0]).toBeLessThanOrEqual(600)
    expect(ages[1]).toBe(400 * DAY)
    expect(() => createApp({}, { absoluteTimeout: 400 * DAY + 1 })).toThrow('"absoluteTimeout"')
  })

  it('is that of the idle timeout, or what is left of the session', async () => {
    const { browser, clock } = createApp({}, { idleTimeout: 7 * DAY, absoluteTimeout: 10 * DAY })
    const ageOf = (line: string | undefined) => Number(/Max-Age=(\d+)/.exec(line ?? '')?.[1])
    expect(ageOf(cookiesOf(await browser.send('POST', '/login', { body: {} }))[1])).toBe(7 * DAY)
    clock.advance(6 * DAY)
    expect(ageOf(cookiesOf(await browser.send('POST', '/refresh'))[1])).toBe(4 * DAY)
  })
})

describe('the size of a cookie', () => {
  it('[I-28] is at most 4096 bytes of name and value, else an error names it', async () => {
    const { sessions } = createApp()
    const tokens = await sessions.start({ subject: 'alice' })
    const withAccess = (length: number) => sessions.cookies({ ...tokens, accessToken: 'x'.repeat(length) })
    const room = 4_096 - '__Host-access'.length
    expect(withAccess(room)[0]).toMatch(/^__Host-access=x+;/)
    expect(() => withAccess(room + 1)).toThrow(CookieTooLargeError)
    expect(() => withAccess(room + 1)).toThrow(/"__Host-access" has 4097 bytes.* 4096/)
    expect(() => sessions.cookies({ ...tokens, refreshToken: 'x'.repeat(4_096) })).toThrow('"__Host-refresh"')
  })

  it('[I-28] over it, a login fails and leaves no session, a refresh fails and has not happened', async () => {
    let text = 'x'.repeat(4_000)
    const { sessions, browser, clock } = createApp({}, { claims: () => ({ claims: { text } }) })
    const login = () => browser.send('POST', '/login', { body: {} })
    await expect(login()).rejects.toThrow(CookieTooLargeError)
    expect(await sessions.list({ subject: 'alice' })).toEqual([])

    text = ''
    await login()
    clock.advance(31)
    text = 'x'.repeat(4_000)
    await expect(browser.send('POST', '/refresh')).rejects.toThrow(CookieTooLargeError)
    text = ''
    clock.advance(3_600)
    // Long after the grace period: had the session moved on, this would be theft.
    expect((await browser.send('POST', '/refresh')).status).toBe(200)
  })
})

describe('what is in a cookie', () => {
  it('[B10] no token makes another attribute or another line', async () => {
    const { sessions } = createApp()
    const tokens = await sessions.start({ subject: 'alice' })
    const special = fc.constantFrom('\r', '\n', ';', ',', '=', '"', '\\', '\0', ' ', '\t', 'é', '\u2028')
    const text = fc.array(fc.oneof(special, fc.string()), { maxLength: 20 }).map((all) => all.join(''))
    fc.assert(
      fc.property(text, (accessToken) => {
        const [line] = sessions.cookies({ ...tokens, accessToken })
        // RFC 6265 section 4.1.1: cookie-octet.
        expect(line).toMatch(
          /^__Host-access=[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*; Max-Age=\d+; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
        )
      }),
    )
  })
})
