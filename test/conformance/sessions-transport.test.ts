import type { RateLimitAttempt } from '@countersign/sessions'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { columns } from './columns/index.ts'
import {
  codeOf,
  cookieOf,
  JSON_TYPE,
  PASSWORD,
  SAME_ORIGIN,
  sessionApp,
  setCookies,
  type SessionApp,
} from './sessions/session-app.ts'
import { headerOf, type RawResponse } from './wire/response.ts'
import type { RequestSpec } from './wire/send.ts'

type Header = readonly [name: string, value: string]

const post = (target: string, body: object | undefined, ...headers: Header[]): RequestSpec => ({
  method: 'POST',
  target,
  headers: [...headers, ...(body === undefined ? [] : [JSON_TYPE])],
  ...(body === undefined ? {} : { body: JSON.stringify(body) }),
})
const login = (name: string, ...headers: Header[]): RequestSpec =>
  post('/auth/login', { name, password: PASSWORD }, ...headers)
const bearer = (token: string): Header => ['Authorization', `Bearer ${token}`]
const json = ({ body }: RawResponse): Record<string, unknown> => JSON.parse(body) as Record<string, unknown>

/** Everything but the lines that set cookies. */
function withoutCookies({ bytes }: RawResponse): string {
  return bytes.replaceAll(/^set-cookie:.*\r\n/gim, '')
}

/** The tokens in the cookies that an answer sets, their parts, and the secret of the session that is in one of them. */
function secretsOf(response: RawResponse): string[] {
  const values = setCookies(response).map((line) => line.slice(line.indexOf('=') + 1, line.indexOf(';')))
  return values.flatMap((value) => {
    const [, payload, mac] = value.split('.')
    if (payload === undefined || mac === undefined) return []
    const { s } = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as { readonly s?: string }
    return [value, payload, mac, ...(s === undefined ? [] : [s])]
  })
}

describe.each(columns)('$name', (column) => {
  describe('a mount that sets cookies', () => {
    let app: SessionApp
    beforeAll(async () => {
      app = await sessionApp(column, { renewal: true })
    })
    afterAll(() => app.stop())
    const ask = async (request: RequestSpec): Promise<RawResponse> => (await app.play(request)).response

    it('[I-26] shows no token anywhere but in Set-Cookie, as long as the session lives', async () => {
      const answers = [await ask(login('ada', SAME_ORIGIN))]
      const cookie = (): Header => {
        const last = answers.findLast((answer) => setCookies(answer).length >= 2)!
        return [
          'Cookie',
          setCookies(last)
            .map((line) => line.split(';')[0])
            .join('; '),
        ]
      }
      const also = async (request: RequestSpec): Promise<void> => void answers.push(await ask(request))
      await also({ target: '/auth/session', headers: [cookie()] })
      await also({ target: '/auth/sessions', headers: [cookie()] })
      await also({ target: '/api', headers: [cookie()] })
      app.clock.advance(31)
      await also(post('/auth/refresh', undefined, SAME_ORIGIN, cookie()))
      app.clock.advance(700)
      const navigation: Header[] = [
        SAME_ORIGIN,
        ['Sec-Fetch-Mode', 'navigate'],
        ['Sec-Fetch-Dest', 'document'],
      ]
      await also({ target: '/api', headers: [...navigation, cookie()] })
      await also({ target: '/api', headers: [cookie()] })
      await also(post('/auth/refresh', undefined, cookie()))
      await also(post('/auth/logout', undefined, SAME_ORIGIN, cookie()))
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 303, 200, 403, 204])
      const secrets = answers.flatMap(secretsOf)
      expect(secrets.length).toBeGreaterThan(15)
      for (const answer of answers) {
        for (const secret of secrets) expect(withoutCookies(answer)).not.toContain(secret)
      }
    })

    it('[I-26] takes no refresh token from a body, a header or the URL', async () => {
      const { tokens, sid } = await app.signIn()
      app.clock.advance(31)
      const { refreshToken } = tokens
      for (const request of [
        post('/auth/refresh', { refresh_token: refreshToken }, SAME_ORIGIN),
        post('/auth/refresh', undefined, SAME_ORIGIN, bearer(refreshToken)),
        post(`/auth/refresh?refresh_token=${refreshToken}`, undefined, SAME_ORIGIN),
      ]) {
        const response = await ask(request)
        expect([response.status, setCookies(response)]).toEqual([401, []])
      }
      expect((await app.store.row(sid)).gen).toBe(1)
    })

    it('[I-32] a login needs no CSRF token, also over the cookies of an old session', async () => {
      const { cookie } = await app.signIn()
      expect((await ask(login('ada', SAME_ORIGIN))).status).toBe(200)
      expect((await ask(login('ada', SAME_ORIGIN, cookie))).status).toBe(200)
      expect(
        (await ask(login('ada', SAME_ORIGIN, ['Cookie', '__Host-refresh=x; __Host-access=x']))).status,
      ).toBe(200)
    })

    it('[D2] a header beats the cookie, on routes and API alike', async () => {
      const { tokens } = await app.signIn('header')
      const { cookie } = await app.signIn('cookie')
      const seen = await ask({ target: '/auth/session', headers: [cookie, bearer(tokens.accessToken)] })
      expect(json(seen)).toMatchObject({ subject: 'header' })
      const { auth } = await app.play({ target: '/api', headers: [cookie, bearer(tokens.accessToken)] })
      expect(auth).toMatchObject({ subject: 'header', carrier: 'header' })
    })

    it('[D2] a bad header never falls back to a good cookie', async () => {
      const { cookie, sid } = await app.signIn()
      const before = await app.store.dump()
      for (const header of [
        bearer('x.y.z'),
        bearer(''),
        ['Authorization', 'Bearer'],
        ['Authorization', 'Bearer a b'],
      ] as Header[]) {
        for (const [method, target] of [
          ['GET', '/api'],
          ['POST', '/api'],
          ['GET', '/auth/session'],
          ['GET', '/auth/sessions'],
          ['POST', '/auth/logout-all'],
          ['POST', '/auth/logout-others'],
          ['DELETE', `/auth/sessions/${sid}`],
        ] as const) {
          const response = await ask({ method, target, headers: [SAME_ORIGIN, cookie, header] })
          expect([400, 401], `${method} ${target}`).toContain(response.status)
          expect(setCookies(response)).toEqual([])
        }
      }
      expect(await app.store.dump()).toBe(before)
    })

    it('[D1] a header needs a proof of origin on session routes all the same', async () => {
      const { tokens } = await app.signIn()
      const response = await ask(post('/auth/logout-all', undefined, bearer(tokens.accessToken)))
      expect([response.status, codeOf(response)]).toEqual([403, 'cross_site_rejected'])
    })
  })

  describe('a mount that answers with bodies', () => {
    let app: SessionApp
    beforeAll(async () => {
      app = await sessionApp(column, { routes: { transport: 'body' } })
    })
    afterAll(() => app.stop())
    const ask = async (request: RequestSpec): Promise<RawResponse> => (await app.play(request)).response

    it('[I-26] [I-34] gives, takes and forgets tokens without a cookie', async () => {
      const first = await ask(login('ada'))
      expect([first.status, setCookies(first), headerOf(first, 'cache-control')]).toEqual([
        200,
        [],
        'no-store',
      ])
      const { access_token, refresh_token, token_type, sessionId } = json(first)
      expect(token_type).toBe('Bearer')
      expect((await ask({ target: '/api', headers: [bearer(String(access_token))] })).status).toBe(200)
      app.clock.advance(31)
      const second = await ask(post('/auth/refresh', { refresh_token }))
      expect([second.status, setCookies(second), headerOf(second, 'cache-control')]).toEqual([
        200,
        [],
        'no-store',
      ])
      const last = json(second)
      expect(last['refresh_token']).not.toBe(refresh_token)
      const out = await ask(post('/auth/logout', { refresh_token: last['refresh_token'] }))
      expect([out.status, setCookies(out)]).toEqual([204, []])
      expect(await app.store.isLive(String(sessionId))).toBe(false)
      const over = await ask(post('/auth/refresh', { refresh_token: last['refresh_token'] }))
      expect([over.status, codeOf(over), setCookies(over)]).toEqual([401, 'session_ended', []])
    })

    it('reads no cookie', async () => {
      const { cookie, sid } = await app.signIn()
      const old = await app.signIn()
      const row = await app.store.row(sid)
      app.clock.advance(31)
      for (const [request, status] of [
        [post('/auth/refresh', undefined, cookie), 401],
        [post('/auth/logout', undefined, cookie), 204],
        [post('/auth/logout-all', undefined, cookie), 401],
        [{ target: '/auth/session', headers: [cookie] }, 401],
        [{ target: '/auth/sessions', headers: [cookie] }, 401],
        [{ method: 'DELETE', target: `/auth/sessions/${sid}`, headers: [cookie] }, 401],
        [login('ada', old.cookie), 200],
        [login('ada', ['Cookie', `${old.cookie[1]}; ${old.cookie[1]}`]), 200],
      ] as [RequestSpec, number][]) {
        const response = await ask(request)
        expect([response.status, setCookies(response)]).toEqual([status, []])
      }
      expect(await app.store.row(sid)).toEqual(row)
      expect(await app.store.isLive(old.sid)).toBe(true)
    })

    it.each([
      ['Origin', 'https://app.test'],
      ['Origin', 'null'],
      ['Sec-Fetch-Site', 'same-origin'],
      ['Sec-Fetch-Site', 'none'],
      ['Sec-Fetch-Dest', 'empty'],
      ['Sec-Fetch-User', '?1'],
    ])('refuses a browser, which sends %s: %s', async (name, value) => {
      const { tokens, sid } = await app.signIn()
      const before = await app.store.dump()
      const logins = app.logins.length
      const header: Header = [name, value]
      const { refreshToken: refresh_token, accessToken } = tokens
      for (const request of [
        login('ada', header),
        post('/auth/refresh', { refresh_token }, header),
        post('/auth/logout', { refresh_token }, header),
        post('/auth/logout-all', undefined, header, bearer(accessToken)),
        { target: '/auth/session', headers: [header, bearer(accessToken)] },
        { target: '/auth/sessions', headers: [header, bearer(accessToken)] },
        { method: 'DELETE', target: `/auth/sessions/${sid}`, headers: [header, bearer(accessToken)] },
      ]) {
        const response = await ask(request)
        expect([response.status, codeOf(response), setCookies(response)]).toEqual([
          403,
          'browser_not_allowed',
          [],
        ])
      }
      expect(app.logins).toHaveLength(logins)
      expect(await app.store.dump()).toBe(before)
    })
  })

  describe('a limit', () => {
    let app: SessionApp
    let left = 0
    const attempts: RateLimitAttempt[] = []
    beforeAll(async () => {
      app = await sessionApp(column, {
        routes: {
          // As a store would: reads and takes in one.
          async rateLimit(attempt) {
            attempts.push(attempt)
            return left-- > 0 || { retryAfter: 6.2 }
          },
        },
      })
    })
    afterAll(() => app.stop())

    it('[I-24] lets as many logins through as it says, however many come at once, and asks no password for the rest', async () => {
      left = 5
      attempts.length = 0
      const { responses } = await app.playAll(
        Array.from({ length: 20 }, (_, i) => login(`user-${i}`, SAME_ORIGIN)),
      )
      const refused = responses.filter(({ status }) => status === 429)
      expect(responses.filter(({ status }) => status === 200)).toHaveLength(5)
      expect(refused).toHaveLength(15)
      expect(app.logins).toHaveLength(5)
      expect(attempts).toHaveLength(20)
      expect(attempts[0]).toMatchObject({
        route: 'login',
        ip: '127.0.0.1',
        credentials: { password: PASSWORD },
      })
      for (const response of refused) {
        expect([codeOf(response), headerOf(response, 'retry-after'), setCookies(response)]).toEqual([
          'rate_limited',
          '7',
          [],
        ])
      }
    })

    it('[I-24] is asked before a refresh, and then nothing has happened', async () => {
      const { tokens, sid } = await app.signIn()
      app.clock.advance(31)
      left = 0
      attempts.length = 0
      const asked = app.store.asked
      const { response } = await app.play(post('/auth/refresh', undefined, SAME_ORIGIN, cookieOf(tokens)))
      expect([response.status, setCookies(response)]).toEqual([429, []])
      expect(attempts).toEqual([
        { route: 'refresh', ip: '127.0.0.1', credentials: undefined, sessionId: sid },
      ])
      expect(app.store.asked).toBe(asked)
    })

    it('[I-24] [I-32] is not spent by a page of another origin', async () => {
      left = 1
      attempts.length = 0
      const { response } = await app.play(login('ada', ['Sec-Fetch-Site', 'cross-site']))
      expect(response.status).toBe(403)
      expect(attempts).toEqual([])
    })
  })
})
