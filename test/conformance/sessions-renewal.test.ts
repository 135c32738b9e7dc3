import { StoreUnavailableError } from '@countersign/stores'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { columns } from './columns/index.ts'
import { cookieOf, sessionApp, setCookies, type SessionApp, type SignedIn } from './sessions/session-app.ts'
import { headerOf } from './wire/response.ts'
import type { RequestSpec } from './wire/send.ts'

type Header = readonly [name: string, value: string]

/** What a browser sends when its user opens a page: by a link of ours. */
const NAVIGATION: Readonly<Record<string, string>> = {
  'Sec-Fetch-Site': 'same-origin',
  'Sec-Fetch-Mode': 'navigate',
  'Sec-Fetch-Dest': 'document',
  'Sec-Fetch-User': '?1',
}
/** Past the life of an access token, within that of its session. */
const EXPIRED = 660

/** A navigation with these cookies; a header that is `undefined` is left out. */
function navigation(
  cookie: Header,
  changes: Readonly<Record<string, string | undefined>> = {},
  more: Partial<RequestSpec> = {},
): RequestSpec {
  const headers = Object.entries({ ...NAVIGATION, ...changes }).flatMap(([name, value]): Header[] =>
    value === undefined ? [] : [[name, value]],
  )
  return { target: '/api', headers: [cookie, ...headers], ...more }
}

/** The cookies of an answer as the next request has them. */
const sentBack = (lines: readonly string[]): Header => [
  'Cookie',
  lines.map((line) => line.slice(0, line.indexOf(';'))).join('; '),
]

describe.each(columns)('$name', (column) => {
  let app: SessionApp
  beforeAll(async () => {
    app = await sessionApp(column, { renewal: true })
  })
  afterAll(() => app.stop())

  async function withExpiredAccess(): Promise<SignedIn> {
    const browser = await app.signIn()
    app.clock.advance(EXPIRED)
    return browser
  }

  it('a page that is opened with an expired access cookie is opened again with new cookies', async () => {
    const { cookie, sid } = await withExpiredAccess()
    const { response, handlers } = await app.play(navigation(cookie, {}, { target: '/api?page=2&q=%2F%2Fa' }))
    expect({ status: response.status, body: response.body, handlers }).toEqual({
      status: 303,
      body: '',
      handlers: [],
    })
    expect(headerOf(response, 'location')).toBe('/api?page=2&q=%2F%2Fa')
    expect(headerOf(response, 'cache-control')).toBe('no-store')
    expect(headerOf(response, 'vary')).toBe('Cookie')
    const lines = setCookies(response)
    expect(lines.map((line) => line.split('=')[0])).toEqual([
      '__Host-access',
      '__Host-refresh',
      '__Host-refresh-renewed',
    ])
    expect(lines[2]).toBe('__Host-refresh-renewed=1; Max-Age=10; Path=/; HttpOnly; Secure; SameSite=Lax')
    expect((await app.store.row(sid)).gen).toBe(2)

    const again = await app.play(navigation(sentBack(lines)))
    expect(again.response.status).toBe(200)
    expect(again.auth).toMatchObject({ sessionId: sid, carrier: 'cookie' })
    expect(setCookies(again.response)).toEqual([])
  })

  it('so is one without an access cookie, and one that is opened by its address', async () => {
    const { tokens } = await withExpiredAccess()
    const cookie: Header = ['Cookie', `__Host-refresh=${tokens.refreshToken}`]
    const { response } = await app.play(navigation(cookie, { 'Sec-Fetch-Site': 'none' }))
    expect(response.status).toBe(303)
  })

  it('pages that are opened at once get the same session, and nobody is signed out', async () => {
    const { cookie, sid } = await withExpiredAccess()
    const { responses } = await app.playAll(Array.from({ length: 5 }, () => navigation(cookie)))
    expect(responses.map(({ status }) => status)).toEqual([303, 303, 303, 303, 303])
    expect(new Set(responses.map((response) => setCookies(response)[1]?.split(';')[0])).size).toBe(1)
    expect(await app.store.isLive(sid)).toBe(true)
  })

  it('a browser that keeps no cookies is not sent around in circles', async () => {
    const { cookie } = await withExpiredAccess()
    const before = await app.store.dump()
    const { response } = await app.play(navigation(['Cookie', `${cookie[1]}; __Host-refresh-renewed=1`]))
    expect(response.status).toBe(401)
    expect(setCookies(response)).toEqual([])
    expect(await app.store.dump()).toBe(before)
  })

  it('a session whose access cookie is still good is left alone', async () => {
    const { cookie } = await app.signIn()
    const { response } = await app.play(navigation(cookie))
    expect(response.status).toBe(200)
    expect(setCookies(response)).toEqual([])
  })

  const untouched: Readonly<Record<string, (browser: SignedIn) => RequestSpec>> = {
    'a navigation from another site': ({ cookie }) => navigation(cookie, { 'Sec-Fetch-Site': 'cross-site' }),
    'a navigation from a sibling': ({ cookie }) => navigation(cookie, { 'Sec-Fetch-Site': 'same-site' }),
    'a navigation that does not say from where': ({ cookie }) =>
      navigation(cookie, { 'Sec-Fetch-Site': undefined }),
    'a navigation that says it twice': ({ cookie }) =>
      navigation(
        cookie,
        {},
        { headers: [...navigation(cookie).headers!, ['Sec-Fetch-Site', 'same-origin']] },
      ),
    'a fetch': ({ cookie }) => navigation(cookie, { 'Sec-Fetch-Mode': 'cors', 'Sec-Fetch-Dest': 'empty' }),
    'a frame': ({ cookie }) => navigation(cookie, { 'Sec-Fetch-Dest': 'iframe' }),
    'an image': ({ cookie }) =>
      navigation(cookie, { 'Sec-Fetch-Mode': 'no-cors', 'Sec-Fetch-Dest': 'image' }),
    'an old browser': ({ cookie }) => ({ target: '/api', headers: [cookie] }),
    POST: ({ cookie }) => navigation(cookie, {}, { method: 'POST' }),
    HEAD: ({ cookie }) => navigation(cookie, {}, { method: 'HEAD' }),
    'a path that is an address of another server': ({ cookie }) =>
      navigation(cookie, {}, { target: '//attacker.test/api' }),
    'such a path with a backslash': ({ cookie }) =>
      navigation(cookie, {}, { target: '/\\attacker.test/api' }),
    'such a path with a tab': ({ cookie }) => navigation(cookie, {}, { target: '/\t/attacker.test/api' }),
    'a target in absolute form': ({ cookie }) =>
      navigation(cookie, {}, { target: 'http://attacker.test/api' }),
    'a bad header beside good cookies': ({ cookie }) => navigation(cookie, { Authorization: 'Bearer x.y.z' }),
    'two refresh cookies': ({ cookie, tokens }) =>
      navigation(['Cookie', `${cookie[1]}; __Host-refresh=${tokens.refreshToken}`]),
    'two access cookies': ({ cookie, tokens }) =>
      navigation(['Cookie', `${cookie[1]}; __Host-access=${tokens.accessToken}`]),
    'a refresh cookie that somebody has changed': ({ tokens: { accessToken, refreshToken } }) =>
      navigation(cookieOf({ accessToken, refreshToken: `${refreshToken.slice(0, -1)}-` })),
    'no refresh cookie': ({ tokens }) => navigation(['Cookie', `__Host-access=${tokens.accessToken}`]),
    'an access cookie that is none': ({ tokens }) =>
      navigation(cookieOf({ ...tokens, accessToken: 'x.y.z' })),
  }

  it.each(Object.entries(untouched))('%s is left to the application', async (_name, request) => {
    const browser = await withExpiredAccess()
    const before = await app.store.dump()
    const { response, handlers } = await app.play(request(browser))
    expect(response.status).toBeGreaterThanOrEqual(400)
    expect(headerOf(response, 'location')).toBeUndefined()
    expect(setCookies(response)).toEqual([])
    expect(handlers).toEqual([])
    expect(await app.store.dump()).toBe(before)
  })

  it('[I-9] a store that is down renews nothing and clears nothing', async () => {
    const { cookie, sid } = await withExpiredAccess()
    app.store.fail(new StoreUnavailableError('rotate', new Error('connection refused')))
    const { response } = await app.play(navigation(cookie))
    app.store.fail(undefined)
    expect(response.status).toBe(401)
    expect(setCookies(response)).toEqual([])
    expect(await app.store.isLive(sid)).toBe(true)
    expect((await app.play(navigation(cookie))).response.status).toBe(303)
  })

  it('a session that was ended is not renewed', async () => {
    const { cookie, tokens } = await withExpiredAccess()
    await app.sessions.end(tokens.refreshToken)
    const { response } = await app.play(navigation(cookie))
    expect(response.status).toBe(401)
    expect(setCookies(response)).toEqual([])
  })
})
