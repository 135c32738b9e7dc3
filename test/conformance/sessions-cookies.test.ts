import { memoryStore, StoreUnavailableError } from '@countersign/stores'
import { createSessions, type SessionsOptions } from '@countersign/sessions'
import { CookieJar } from 'tough-cookie'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { columns } from './columns/index.ts'
import { CLEARED, cookies, from, LOGIN } from './sessions/requests.ts'
import {
  codeOf,
  cookieOf,
  JSON_TYPE,
  OWN,
  SAME_ORIGIN,
  SECRET,
  sessionApp,
  setCookies,
  watchStore,
  type SessionApp,
  type SignedIn,
} from './sessions/session-app.ts'
import { headerOf, type RawResponse } from './wire/response.ts'
import type { RequestSpec } from './wire/send.ts'

type Header = readonly [name: string, value: string]

/** Each route that reads a cookie. */
const ROUTES = [
  ['POST', '/auth/login'],
  ['POST', '/auth/refresh'],
  ['POST', '/auth/logout'],
  ['POST', '/auth/logout-all'],
  ['POST', '/auth/logout-others'],
  ['GET', '/auth/session'],
  ['GET', '/auth/sessions'],
  ['DELETE', '/auth/sessions/x'],
] as const
const at = (method: string, target: string, cookie: Header): RequestSpec =>
  target === '/auth/login' ? { ...LOGIN, headers: [...LOGIN.headers!, cookie] } : from(method, target, cookie)

/** A browser's jar, fed and read as the browser does. */
function browserJar(): { keep(response: RawResponse): Promise<void>; header(): Promise<string> } {
  const jar = new CookieJar()
  return {
    async keep(response) {
      for (const line of setCookies(response)) await jar.setCookie(line, `${OWN}/auth/login`)
    },
    header: () => jar.getCookieString(`${OWN}/`),
  }
}

describe.each(columns)('$name', (column) => {
  let app: SessionApp
  beforeAll(async () => {
    app = await sessionApp(column, {
      routes: {
        rateLimit: ({ ip }) => (limited ? { retryAfter: 7 } : ip !== undefined || { retryAfter: 1 }),
      },
    })
  })
  afterAll(() => app.stop())
  let limited = false
  const ask = async (request: RequestSpec): Promise<RawResponse> => (await app.play(request)).response

  it('[I-25] [I-28] a login sets two cookies that no script reads and no other host sets', async () => {
    const response = await ask(LOGIN)
    expect(response.status).toBe(200)
    const [access, refresh, ...others] = setCookies(response)
    const { expiresAt } = JSON.parse(response.body) as { expiresAt: number }
    const life = Math.floor((expiresAt - app.clock.now()) / 1_000)
    expect(life).toBeGreaterThan(500)
    const attributes = 'Path=/; HttpOnly; Secure; SameSite=Lax'
    expect(access?.replace(/=[\w.-]+;/, '=…;')).toBe(`__Host-access=…; Max-Age=${life}; ${attributes}`)
    expect(refresh?.replace(/=[\w.-]+;/, '=…;')).toBe(`__Host-refresh=…; Max-Age=604800; ${attributes}`)
    expect(others).toEqual([])
  })

  it.each([
    ['logout', () => from('POST', '/auth/logout')],
    ['logout-all', () => from('POST', '/auth/logout-all')],
    ['DELETE of the own session', (sid: string) => from('DELETE', `/auth/sessions/${sid}`)],
  ])('[I-27] after %s nothing is left in the browser', async (_name, request) => {
    const jar = browserJar()
    const login = await ask(LOGIN)
    await jar.keep(login)
    const cookie = await jar.header()
    expect(cookie).toMatch(/^__Host-access=[\w.-]+; __Host-refresh=[\w.-]+$/)
    const { sessionId } = JSON.parse(login.body) as { sessionId: string }
    const { method = '', target = '' } = request(sessionId)
    const response = await ask(from(method, target, cookies(cookie)))
    expect(response.status).toBe(204)
    expect(setCookies(response)).toEqual(CLEARED)
    await jar.keep(response)
    expect(await jar.header()).toBe('')
    expect(await app.store.isLive(sessionId)).toBe(false)
  })

  it('[I-34] [E6] no answer of a session route is stored, and each varies by Cookie', async () => {
    const { cookie, sid } = await app.signIn()
    const one = await app.signIn()
    const down = await app.signIn()
    const answers: [RequestSpec, number][] = [
      [LOGIN, 200],
      [{ ...LOGIN, body: JSON.stringify({ name: 'ada', password: 'wrong' }) }, 401],
      [{ ...LOGIN, body: '' }, 400],
      [{ ...LOGIN, headers: [SAME_ORIGIN, ['Content-Type', 'text/plain']] }, 415],
      [{ ...LOGIN, body: JSON.stringify({ name: 'x'.repeat(70_000) }) }, 413],
      [{ ...LOGIN, headers: [JSON_TYPE] }, 403],
      [from('POST', '/auth/refresh', cookie), 200],
      [from('POST', '/auth/refresh'), 401],
      [from('POST', '/auth/refresh', cookies('__Host-refresh=x')), 401],
      [from('GET', '/auth/refresh', cookie), 405],
      [from('GET', '/auth/session', cookie), 200],
      [from('HEAD', '/auth/session', cookie), 200],
      [from('GET', '/auth/session'), 200],
      [from('GET', '/auth/session', cookies(`${cookie[1]}; ${cookie[1]}`)), 400],
      [from('GET', '/auth/sessions', cookie), 200],
      [from('DELETE', `/auth/sessions/${one.sid}`, cookie), 404],
      [from('POST', '/auth/logout-others', cookie), 204],
      [from('DELETE', `/auth/sessions/${sid}`, cookie), 204],
      [from('POST', '/auth/forget', cookie), 204],
      [from('POST', '/auth/logout', one.cookie), 204],
      [from('POST', '/auth/logout-all', one.cookie), 401],
    ]
    const seen: (readonly [number, RawResponse])[] = []
    for (const [request, status] of answers) seen.push([status, await ask(request)])
    limited = true
    seen.push([429, await ask(LOGIN)])
    limited = false
    app.store.fail(new StoreUnavailableError('test', new Error('refused')))
    seen.push([503, await ask(from('POST', '/auth/refresh', down.cookie))])
    seen.push([503, await ask(from('GET', '/auth/sessions', down.cookie))])
    app.store.fail(undefined)
    expect(seen.map(([, { status }]) => status)).toEqual(seen.map(([status]) => status))
    for (const [, response] of seen) {
      const what = response.bytes.slice(0, 200)
      expect({ what, cache: headerOf(response, 'cache-control') }).toEqual({ what, cache: 'no-store' })
      expect({ what, vary: headerOf(response, 'vary') }).toEqual({ what, vary: 'Cookie' })
    }
  })

  it('[E6] an answer of the API to a cookie is not stored, unless its handler says how', async () => {
    const { cookie } = await app.signIn()
    const plain = await ask({ target: '/api', headers: [cookie] })
    expect(headerOf(plain, 'cache-control')).toBe('no-store')
    expect(headerOf(plain, 'vary')).toBe('Cookie')
    const own = await ask({ target: '/own-cache', headers: [cookie] })
    expect(headerOf(own, 'cache-control')).toBe('private, max-age=60')
    expect(headerOf(own, 'vary')).toBe('Cookie')
  })

  describe.each(ROUTES)('%s %s', (method, target) => {
    it('[I-29] [E6] [B10] refuses two cookies of a name, whichever', async () => {
      const { cookie, tokens } = await app.signIn()
      const before = await app.store.dump()
      const logins = app.logins.length
      for (const twice of [
        `${cookie[1]}; __Host-refresh=${tokens.refreshToken}`,
        `${cookie[1]}; __Host-access=${tokens.accessToken}`,
        `__Host-refresh=tossed; ${cookie[1]}`,
        `${cookie[1]}; __Host-access=`,
        `${cookie[1]};\t__Host-refresh =x`,
      ]) {
        const response = await ask(at(method, target, cookies(twice)))
        expect({ status: response.status, code: codeOf(response), set: setCookies(response) }).toEqual({
          status: 400,
          code: 'credential_ambiguous',
          set: [],
        })
      }
      expect(app.logins).toHaveLength(logins)
      expect(await app.store.dump()).toBe(before)
    })

    it('[I-15] [I-29] takes no token in the place of the other', async () => {
      const { tokens, sid } = await app.signIn()
      const { accessToken, refreshToken } = tokens
      const row = await app.store.row(sid)
      for (const swapped of [
        { accessToken: refreshToken, refreshToken: accessToken },
        { accessToken: refreshToken, refreshToken: 'x' },
        { accessToken: 'x', refreshToken: accessToken },
      ]) {
        const { status } = await ask(at(method, target, cookieOf(swapped)))
        // Who signs in, or out, needs no session.
        expect(status).toBe({ '/auth/login': 200, '/auth/logout': 204 }[target as string] ?? 401)
      }
      expect(await app.store.row(sid)).toEqual(row)
    })

    it('[B7] [B10] takes a cookie that somebody has changed for none, and never fails', async () => {
      const { tokens, sid } = await app.signIn()
      const row = await app.store.row(sid)
      for (const refreshToken of changed(tokens.refreshToken)) {
        const both = cookieOf({ accessToken: changed(tokens.accessToken)[0]!, refreshToken })
        const { status } = await ask(at(method, target, both))
        expect(status).toBe({ '/auth/login': 200, '/auth/logout': 204 }[target as string] ?? 401)
      }
      expect(await app.store.row(sid)).toEqual(row)
    })
  })

  it('[I-15] [B7] [B10] the API takes no refresh token, and no token that somebody has changed', async () => {
    const { tokens } = await app.signIn()
    for (const token of [tokens.refreshToken, ...changed(tokens.accessToken)]) {
      const response = await ask({ target: '/api', headers: [cookies(`__Host-access=${token}`)] })
      expect({ token, status: response.status, set: setCookies(response) }).toEqual({
        token,
        status: 401,
        set: [],
      })
    }
  })

  it('[B10] the name of a cookie is taken to the letter', async () => {
    const { tokens } = await app.signIn()
    for (const name of [
      '__host-refresh',
      '__Host-refresh\xa0',
      '\xa0__Host-refresh',
      '"__Host-refresh"',
      '__Host-r\xe9fresh',
      '%5F%5FHost-refresh',
      '__Host-refreshx',
    ]) {
      const response = await ask(from('POST', '/auth/refresh', cookies(`${name}=${tokens.refreshToken}`)))
      expect({ name, status: response.status }).toEqual({ name, status: 401 })
    }
  })

  describe('[I-9] a refresh', () => {
    const refresh = (browser: Pick<SignedIn, 'cookie'>) => ask(from('POST', '/auth/refresh', browser.cookie))

    /** A browser with a session that is over for good, by how it ended. */
    const definitive: Record<string, () => Promise<Pick<SignedIn, 'cookie'>>> = {
      'of a session that was ended': async () => {
        const browser = await app.signIn()
        await app.sessions.end(browser.tokens.refreshToken)
        return browser
      },
      'of a user who was signed out everywhere': async () => {
        const browser = await app.signIn('gone')
        await app.sessions.endAll({ subject: 'gone' })
        return browser
      },
      'of a session that is past its time': async () => {
        const browser = await app.signIn()
        app.clock.advance(604_801)
        return browser
      },
      'of a session that the store does not know': async () => ({
        cookie: cookieOf(await elsewhere().start({ subject: 'ada' })),
      }),
      'with a token that was used long ago': async () => {
        const browser = await app.signIn()
        let token = browser.tokens.refreshToken
        for (let i = 0; i < 2; i++) {
          app.clock.advance(31)
          const result = await app.sessions.refresh(token)
          if (result.type === 'refreshed') token = result.tokens.refreshToken
        }
        return browser
      },
    }
    it.each(Object.entries(definitive))(
      '%s says so, and POST /forget clears the cookies',
      async (_name, make) => {
        const browser = await make()
        const response = await refresh(browser)
        expect({ status: response.status, code: codeOf(response), set: setCookies(response) }).toEqual({
          status: 401,
          code: 'session_ended',
          set: [],
        })
        const forgotten = await ask(from('POST', '/auth/forget', browser.cookie))
        expect([forgotten.status, setCookies(forgotten)]).toEqual([204, CLEARED])
      },
    )

    it('of a session that is alive: POST /forget clears nothing', async () => {
      const { cookie } = await app.signIn()
      const forgotten = await ask(from('POST', '/auth/forget', cookie))
      expect([forgotten.status, setCookies(forgotten)]).toEqual([204, []])
    })

    /** Sessions of another server: of other stores, or other secrets. */
    const elsewhere = (options: Partial<SessionsOptions> = {}) =>
      createSessions({
        issuer: OWN,
        origin: OWN,
        secrets: [SECRET],
        now: app.clock.now,
        store: watchStore(memoryStore({ now: app.clock.now })),
        ...options,
      })
    const doubtful: Record<string, () => Promise<Pick<SignedIn, 'cookie'>>> = {
      'of a session of another client': async () => ({
        cookie: cookieOf(await app.sessions.start({ subject: 'ada', clientId: 'mobile' })),
      }),
      'with a token by a secret that this server does not have': async () => ({
        cookie: cookieOf(
          await elsewhere({ secrets: ['another secret of thirty-two bytes!'] }).start({ subject: 'ada' }),
        ),
      }),
      'with a token that is none': async () => ({ cookie: cookies('__Host-refresh=garbage') }),
      'with a token that somebody has changed': async () => {
        const { accessToken, refreshToken } = (await app.signIn()).tokens
        return { cookie: cookieOf({ accessToken, refreshToken: `${refreshToken.slice(0, -2)}AA` }) }
      },
    }
    it.each(Object.entries(doubtful))('%s clears nothing, nor does POST /forget', async (_name, make) => {
      const browser = await make()
      const forgotten = await ask(from('POST', '/auth/forget', browser.cookie))
      expect([forgotten.status, setCookies(forgotten)]).toEqual([204, []])
      const response = await refresh(browser)
      expect({ status: response.status, code: codeOf(response), set: setCookies(response) }).toEqual({
        status: 401,
        code: 'session_not_recognized',
        set: [],
      })
    })

    it('that is over the limit clears nothing', async () => {
      limited = true
      const response = await refresh(await app.signIn())
      limited = false
      expect([response.status, setCookies(response)]).toEqual([429, []])
    })

    it.each([
      ['POST', '/auth/refresh'],
      ['POST', '/auth/logout'],
      ['POST', '/auth/logout-all'],
      ['GET', '/auth/session'],
      ['GET', '/api'],
    ])('or %s %s while the store is down clears nothing', async (method, target) => {
      const { cookie, sid } = await app.signIn()
      app.store.fail(new StoreUnavailableError('test', new Error('refused')))
      const response = await ask(from(method, target, cookie))
      app.store.fail(undefined)
      expect([response.status, setCookies(response)]).toEqual([503, []])
      expect(headerOf(response, 'retry-after')).toBe('5')
      expect(await app.store.isLive(sid)).toBe(true)
      expect((await ask(from('POST', '/auth/refresh', cookie))).status).toBe(200)
    })
  })
})

/** A token as somebody might send it who is not its owner, or whose client is broken. Texts are latin1. */
function changed(token: string): string[] {
  const [head, payload, mac] = token.split('.') as [string, string, string]
  const flip = (text: string): string => `${text.slice(0, 5)}${text[5] === 'A' ? 'B' : 'A'}${text.slice(6)}`
  return [
    [flip(head), payload, mac].join('.'),
    [head, flip(payload), mac].join('.'),
    [head, payload, flip(mac)].join('.'),
    [head, payload, ''].join('.'),
    [head, payload].join('.'),
    [head, '', mac].join('.'),
    `${token}.x`,
    `"${token}"`,
    `${token}\xe9`,
    `\xff\xfe${token}`,
    token.replaceAll('.', '%2E'),
    `j:{"a":1}`,
    `s:${token}`,
    '{',
    '__proto__',
    'x'.repeat(5_000),
  ]
}
