import { describe, expect, it, vi } from 'vitest'
import type { LoginResult } from '@countersign/sessions'
import { ask, bodyOf, cookiesOf, createApp, ORIGIN } from '../support/routes.ts'

const fromOurPage = { origin: ORIGIN }

describe('POST /login', () => {
  it('[I-26] sets both cookies, and tells whose session it is without any token', async () => {
    const { browser, clock } = createApp({
      login: () => ({ subject: 'alice', scope: ['read'], roles: ['admin'] }),
      user: ({ subject, roles }) => ({ name: `the ${roles[0]} ${subject}` }),
    })
    const answer = await browser.send('POST', '/login', { body: { password: 'x' } })
    expect(answer.status).toBe(200)
    expect(answer.headers).toMatchObject({ 'Cache-Control': 'no-store', 'Content-Type': 'application/json' })
    expect([...browser.jar.keys()]).toEqual(['__Host-access', '__Host-refresh'])
    expect(bodyOf(answer)).toEqual({
      subject: 'alice',
      sessionId: expect.stringMatching(/^[\w-]{22}\.[\w-]{22}$/),
      user: { name: 'the admin alice' },
      scopes: ['read'],
      roles: ['admin'],
      expiresAt: expect.any(Number),
      sessionExpiresAt: clock.now() + 2_592_000_000,
      generation: 1,
      now: clock.now(),
    })
    for (const token of browser.jar.values()) expect(answer.body).not.toContain(token.slice(-20))
  })

  it('hands what was sent and the request to the application, and nothing is read from elsewhere', async () => {
    const login = vi.fn<() => LoginResult>(() => ({ subject: 'alice' }))
    const { routes } = createApp({ login })
    await ask(routes, 'POST', '/login', { headers: fromOurPage, body: { user: 'a', pass: 'b' } })
    expect(login).toHaveBeenCalledWith(
      { user: 'a', pass: 'b' },
      expect.objectContaining({ raw: 'the request' }),
    )
  })

  it.each([
    ['nothing', undefined, {}, 400, 'body_invalid'],
    ['no JSON', '{"a":', {}, 400, 'body_invalid'],
    ['a text', '"alice"', {}, 400, 'body_invalid'],
    ['null', 'null', {}, 400, 'body_invalid'],
    [
      'a form',
      'a=b',
      { 'content-type': 'application/x-www-form-urlencoded' },
      415,
      'content_type_unsupported',
    ],
    ['70 KB', JSON.stringify('x'.repeat(70_000)), { 'content-length': '70002' }, 413, 'body_too_large'],
  ])('refuses %s without asking the application', async (_what, body, headers, status, code) => {
    const login = vi.fn<() => LoginResult>()
    const { routes } = createApp({ login })
    const answer = await ask(routes, 'POST', '/login', { headers: { ...fromOurPage, ...headers }, body })
    expect([answer.status, bodyOf(answer)['code']]).toEqual([status, code])
    expect(login).not.toHaveBeenCalled()
  })

  it('answers wrong credentials with 401 and no cookie', async () => {
    const { browser } = createApp({ login: () => undefined })
    const answer = await browser.send('POST', '/login', { body: {} })
    expect([answer.status, bodyOf(answer)['code']]).toEqual([401, 'credentials_rejected'])
    expect(cookiesOf(answer)).toEqual([])
    expect(answer.headers).toMatchObject({
      'Cache-Control': 'no-store',
      'Content-Type': 'application/problem+json',
    })
  })

  it('passes on what the application throws: that is 500, not wrong credentials', async () => {
    const { browser } = createApp({
      login: () => {
        throw new Error('the database of users is down')
      },
    })
    await expect(browser.send('POST', '/login', { body: {} })).rejects.toThrow('database of users')
  })

  it('[I-16] ends the session that the browser had, whoever it was of', async () => {
    let subject = 'alice'
    const { browser, sessions } = createApp({ login: () => ({ subject }) })
    await browser.send('POST', '/login', { body: {} })
    const first = browser.jar.get('__Host-refresh') ?? ''
    subject = 'bob'
    await browser.send('POST', '/login', { body: {} })
    expect(await sessions.refresh(first)).toMatchObject({ reason: 'revoked' })
    expect(await sessions.list({ subject: 'alice' })).toEqual([])
    expect(await sessions.list({ subject: 'bob' })).toHaveLength(1)
  })

  it('[I-24] asks the limit first, and passes on how long to wait', async () => {
    const login = vi.fn<() => LoginResult>(() => ({ subject: 'alice' }))
    const rateLimit = vi.fn<() => true | { retryAfter: number }>(() => ({ retryAfter: 1.2 }))
    const { browser } = createApp({ login, rateLimit })
    const answer = await browser.send('POST', '/login', { body: { user: 'a' }, ip: '198.51.100.7' })
    expect([answer.status, answer.headers['Retry-After'], bodyOf(answer)['code']]).toEqual([
      429,
      '2',
      'rate_limited',
    ])
    expect(login).not.toHaveBeenCalled()
    expect(rateLimit).toHaveBeenCalledWith({
      route: 'login',
      ip: '198.51.100.7',
      credentials: { user: 'a' },
      sessionId: undefined,
    })
    rateLimit.mockReturnValue(true)
    expect((await browser.send('POST', '/login', { body: { user: 'a' } })).status).toBe(200)
  })

  it('a limit that answers neither is a fault of the application', async () => {
    const rateLimit = (): never => false as never
    const { browser } = createApp({ rateLimit })
    await expect(browser.send('POST', '/login', { body: {} })).rejects.toThrow('rateLimit')
  })

  it('[I-21] says when the user is signed in on enough devices', async () => {
    const { routes } = createApp({}, { maxSessions: 1, overLimit: 'deny' })
    const send = async () => ask(routes, 'POST', '/login', { headers: fromOurPage, body: {} })
    expect((await send()).status).toBe(200)
    const answer = await send()
    expect([answer.status, bodyOf(answer)['code']]).toEqual([403, 'session_limit_reached'])
    expect(cookiesOf(answer)).toEqual([])
  })

  it('a login that cannot be answered leaves no session behind', async () => {
    const { browser, sessions } = createApp({
      user: () => {
        throw new Error('no profile')
      },
    })
    await expect(browser.send('POST', '/login', { body: {} })).rejects.toThrow('no profile')
    expect(await sessions.list({ subject: 'alice' })).toEqual([])
  })

  it('takes neither client nor key from the application, since no refresh could name them', async () => {
    const more = { clientId: 'another', keyThumbprint: 'k'.repeat(43) }
    const { browser } = createApp({ login: () => ({ subject: 'alice', ...more }) })
    await browser.send('POST', '/login', { body: {} })
    expect((await browser.send('POST', '/refresh')).status).toBe(200)
  })

  it.each([
    [
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0',
      'Firefox on Windows',
    ],
    [
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML) Version/18.0 Safari/605.1.15',
      'Safari on macOS',
    ],
    [
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML) Chrome/140.0.0.0 Safari/537.36',
      'Chrome on Linux',
    ],
    [
      'Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36',
      'Chrome on ChromeOS',
    ],
    [
      'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0',
      'Edge on Windows',
    ],
    [
      'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 OPR/120.0',
      'Opera on Windows',
    ],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 CriOS/140.0 Mobile Safari/604.1',
      'Chrome on iPhone',
    ],
    [
      'Mozilla/5.0 (iPad; CPU OS 18_0 like Mac OS X) AppleWebKit/605.1.15 FxiOS/140.0 Safari/605.1.15',
      'Firefox on iPad',
    ],
    [
      'Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 SamsungBrowser/28.0 Chrome/130.0 Mobile Safari/537.36',
      'Samsung Internet on Android',
    ],
    ['curl/8.5.0', undefined],
    ['<script>alert(1)</script> Windows', 'Windows'],
  ])('[I-20] recognizes %s', async (agent, device) => {
    const { browser, sessions } = createApp()
    await browser.send('POST', '/login', { body: {}, headers: { 'user-agent': agent } })
    expect(await sessions.list({ subject: 'alice' })).toMatchObject([{ device, ip: '192.0.2.1' }])
  })
})
