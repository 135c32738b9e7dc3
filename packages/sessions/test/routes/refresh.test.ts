import { describe, expect, it, vi } from 'vitest'
import { createSessions } from '@countersign/sessions'
import {
  ask,
  bodyOf,
  browserOn,
  cookiesOf,
  createApp,
  ORIGIN,
  OTHER_SECRET,
  SECRET,
} from '../support/routes.ts'

async function signedIn(...options: Parameters<typeof createApp>) {
  const app = createApp(...options)
  await app.browser.send('POST', '/login', { body: {} })
  return app
}

describe('POST /refresh', () => {
  it('[I-26] sets new cookies, and tells the same as the login', async () => {
    const { browser, clock } = await signedIn()
    const before = new Map(browser.jar)
    clock.advance(60)
    const answer = await browser.send('POST', '/refresh')
    expect(answer.status).toBe(200)
    expect(bodyOf(answer)).toMatchObject({ subject: 'alice', now: clock.now() })
    for (const [name, token] of browser.jar) {
      expect(token).not.toBe(before.get(name))
      expect(answer.body).not.toContain(token.slice(-20))
    }
  })

  it.each(['reused', 'revoked', 'expired', 'unknown'] as const)(
    '[I-9][I-14] %s: 401 session_ended, of which session, and the cookies are left to POST /forget',
    async (why) => {
      const { browser, clock, sessions, store } = await signedIn(
        {},
        { idleTimeout: 3_600, absoluteTimeout: 3_600 },
      )
      const first = browser.jar.get('__Host-refresh') ?? ''
      const { sessionId } = bodyOf(await browser.send('GET', '/session'))
      if (why === 'reused') {
        clock.advance(60)
        await sessions.refresh(first)
        clock.advance(60)
      } else if (why === 'revoked') await sessions.end(first)
      else clock.advance(3_600)
      if (why === 'unknown') await store.prune(10)
      const answer = await browser.send('POST', '/refresh')
      expect([answer.status, bodyOf(answer)]).toMatchObject([401, { code: 'session_ended', sessionId }])
      expect(cookiesOf(answer)).toEqual([])
      expect((await browser.send('POST', '/forget')).status).toBe(204)
      expect(browser.jar.size).toBe(0)
    },
  )

  it('[I-14] nobody can tell from outside why: the answers are the same but for the session that the token names', async () => {
    const bodies = new Set<string | undefined>()
    for (const why of ['revoked', 'expired', 'reused']) {
      const { browser, clock, sessions } = await signedIn()
      const first = browser.jar.get('__Host-refresh') ?? ''
      if (why === 'revoked') await sessions.end(first)
      else {
        clock.advance(60)
        await sessions.refresh(first)
        clock.advance(why === 'reused' ? 60 : 604_800)
      }
      const answer = await browser.send('POST', '/refresh')
      const { sessionId, ...rest } = bodyOf(answer)
      expect(Buffer.from(first.split('.')[1] ?? '', 'base64url').toString()).toContain(String(sessionId))
      bodies.add(JSON.stringify([rest, answer.headers]))
    }
    expect(bodies.size).toBe(1)
  })

  it.each([
    ['of a secret that this replica does not have', OTHER_SECRET, {}],
    ['of another client', SECRET, { clientId: 'another' }],
  ])('[I-9] a token %s: 401, and nothing is cleared', async (_what, secret, rest) => {
    const { browser, store, clock } = await signedIn()
    const elsewhere = createSessions({ issuer: ORIGIN, store, secrets: [secret], now: clock.now, ...rest })
    const { refreshToken } = await elsewhere.start({ subject: 'alice' })
    browser.jar.set('__Host-refresh', refreshToken)
    const answer = await browser.send('POST', '/refresh')
    expect([answer.status, bodyOf(answer)['code']]).toEqual([401, 'session_not_recognized'])
    expect(answer.headers).not.toHaveProperty('Set-Cookie')
    clock.advance(60)
    expect(await elsewhere.refresh(refreshToken)).toMatchObject({ outcome: 'rotated' })
  })

  it('[I-9] no token: 401; garbage: 401, and nothing is cleared', async () => {
    const { routes } = createApp()
    const missing = await ask(routes, 'POST', '/refresh', { headers: { origin: ORIGIN } })
    expect([missing.status, missing.headers['Set-Cookie']]).toEqual([401, undefined])
    const garbage = await ask(routes, 'POST', '/refresh', {
      headers: { origin: ORIGIN, cookie: '__Host-refresh=garbage' },
    })
    expect([garbage.status, bodyOf(garbage)['code'], garbage.headers['Set-Cookie']]).toEqual([
      401,
      'session_not_recognized',
      undefined,
    ])
  })

  it('[I-29] two refresh cookies: 400, and the session lives', async () => {
    const { browser, sessions, clock } = await signedIn()
    const token = browser.jar.get('__Host-refresh') ?? ''
    const answer = await browser.send('POST', '/refresh', {
      headers: { cookie: `__Host-refresh=${token}; __Host-refresh=${token}` },
    })
    expect([answer.status, bodyOf(answer)['code']]).toEqual([400, 'credential_ambiguous'])
    clock.advance(60)
    expect(await sessions.refresh(token)).toMatchObject({ outcome: 'rotated' })
  })

  it('[I-24] asks the limit, naming the session, before anything is written', async () => {
    const rateLimit = vi.fn<(attempt: { route: string }) => true | { retryAfter: number }>(({ route }) =>
      route === 'login' ? true : { retryAfter: 30 },
    )
    const { browser, faults, sessions } = await signedIn({ rateLimit })
    const [{ id } = { id: '' }] = await sessions.list({ subject: 'alice' })
    const answer = await browser.send('POST', '/refresh')
    expect([answer.status, answer.headers['Retry-After']]).toEqual([429, '30'])
    expect(answer.headers).not.toHaveProperty('Set-Cookie')
    expect(rateLimit).toHaveBeenLastCalledWith({
      route: 'refresh',
      ip: '192.0.2.1',
      credentials: undefined,
      sessionId: id,
    })
    expect(faults.calls('rotate')).toBe(0)
  })

  it('[I-9] a store that is down: 503 with Retry-After, nothing cleared; then all is well', async () => {
    const { browser, faults, clock } = await signedIn()
    clock.advance(60)
    faults.failOn('rotate', { side: 'after' })
    const answer = await browser.send('POST', '/refresh')
    expect([answer.status, bodyOf(answer)['code'], answer.headers['Retry-After']]).toEqual([
      503,
      'session_store_unavailable',
      '5',
    ])
    expect(answer.headers).not.toHaveProperty('Set-Cookie')
    expect((await browser.send('POST', '/refresh')).status).toBe(200)
  })

  it('a profile that cannot be read for an hour logs nobody out', async () => {
    let isDown = false
    const user = () => {
      if (isDown) throw new Error('no profile')
      return 'Alice'
    }
    const { browser, clock } = await signedIn({ user })
    isDown = true
    for (let minute = 0; minute < 60; minute++) {
      clock.advance(60)
      await expect(browser.send('POST', '/refresh')).rejects.toThrow('no profile')
    }
    isDown = false
    const answer = await browser.send('POST', '/refresh')
    expect([answer.status, bodyOf(answer)['user']]).toEqual([200, 'Alice'])
  })

  it('[I-18] a logout while it waits: no new cookies, and those that are left are forgotten', async () => {
    const { browser, faults, clock, sessions } = await signedIn()
    clock.advance(60)
    const token = browser.jar.get('__Host-refresh') ?? ''
    const barrier = faults.barrier('rotate')
    const waiting = browser.send('POST', '/refresh')
    await barrier.reached
    await sessions.end(token)
    barrier.release()
    const answer = await waiting
    expect([answer.status, cookiesOf(answer)]).toEqual([401, []])
    await browser.send('POST', '/forget')
    expect(browser.jar.size).toBe(0)
  })
})

describe('POST /logout', () => {
  it('[I-17] ends the session and clears the cookies; again it does no harm', async () => {
    const { browser, sessions } = await signedIn()
    const [token, access] = [browser.jar.get('__Host-refresh') ?? '', browser.jar.get('__Host-access') ?? '']
    const answer = await browser.send('POST', '/logout')
    expect([answer.status, answer.body, browser.jar.size]).toEqual([204, undefined, 0])
    expect(await sessions.refresh(token)).toMatchObject({ reason: 'revoked' })
    browser.jar.set('__Host-access', access)
    expect((await browser.send('GET', '/session')).status).toBe(401)
    expect((await browser.send('POST', '/logout')).status).toBe(204)
    expect((await browser.send('POST', '/logout')).status).toBe(204)
  })

  it('[I-17] by the access cookie alone, too', async () => {
    const { browser, sessions } = await signedIn()
    browser.jar.delete('__Host-refresh')
    expect((await browser.send('POST', '/logout')).status).toBe(204)
    expect(await sessions.list({ subject: 'alice' })).toEqual([])
  })

  it.each(['endSession', 'checkSession'] as const)(
    '[I-9] a store that is down (%s): 503, nobody is told that it is over',
    async (method) => {
      const { browser, faults, sessions } = await signedIn()
      if (method === 'checkSession') browser.jar.delete('__Host-refresh')
      const before = [...browser.jar]
      faults.failOn(method)
      const answer = await browser.send('POST', '/logout')
      expect([answer.status, answer.headers['Set-Cookie']]).toEqual([503, undefined])
      expect(answer.headers['Retry-After']).toMatch(/^\d+$/)
      expect([...browser.jar]).toEqual(before)
      expect((await browser.send('POST', '/logout')).status).toBe(204)
      expect(await sessions.list({ subject: 'alice' })).toEqual([])
    },
  )

  it('[I-17] a token of a secret that this replica does not have: cleared, as was asked for', async () => {
    const { browser, store, clock } = await signedIn()
    const elsewhere = createSessions({ issuer: ORIGIN, store, secrets: [OTHER_SECRET], now: clock.now })
    const { refreshToken } = await elsewhere.start({ subject: 'alice' })
    browser.jar.clear()
    browser.jar.set('__Host-refresh', refreshToken)
    const answer = await browser.send('POST', '/logout')
    expect([answer.status, browser.jar.size]).toEqual([204, 0])
    expect(await elsewhere.end(refreshToken)).toBe(true)
  })
})

describe('the body transport', () => {
  const native = async (...options: Parameters<typeof createApp>) => {
    const app = createApp({ transport: 'body', ...options[0] }, { origin: undefined, ...options[1] })
    const answer = await ask(app.routes, 'POST', '/login', { body: { user: 'a' } })
    return { ...app, answer, tokens: bodyOf(answer) }
  }

  it('gives tokens by the names of RFC 6749 and no cookies, and takes them back', async () => {
    const { answer, tokens, routes, clock } = await native()
    expect(answer.headers).not.toHaveProperty('Set-Cookie')
    expect(answer.headers['Cache-Control']).toBe('no-store')
    expect(tokens).toMatchObject({
      access_token: expect.any(String),
      token_type: 'Bearer',
      refresh_token: expect.any(String),
      subject: 'alice',
    })
    expect(tokens['expires_in']).toBeGreaterThan(500)
    clock.advance(60)
    const refresh_token = tokens['refresh_token']
    const next = bodyOf(await ask(routes, 'POST', '/refresh', { body: { refresh_token } }))
    expect(next['refresh_token']).not.toBe(refresh_token)
    const headers = { authorization: `Bearer ${String(next['access_token'])}` }
    expect((await ask(routes, 'GET', '/session', { headers })).status).toBe(200)
    const logout = await ask(routes, 'POST', '/logout', { body: { refresh_token: next['refresh_token'] } })
    expect([logout.status, logout.headers['Set-Cookie']]).toEqual([204, undefined])
    const over = await ask(routes, 'POST', '/refresh', { body: { refresh_token: next['refresh_token'] } })
    expect([over.status, bodyOf(over)['code'], over.headers['Set-Cookie']]).toEqual([
      401,
      'session_ended',
      undefined,
    ])
    expect((await ask(routes, 'GET', '/session', { headers })).status).toBe(401)
  })

  it('ignores cookies', async () => {
    const { tokens, routes } = await native()
    const cookie = `__Host-refresh=${String(tokens['refresh_token'])}; __Host-access=${String(tokens['access_token'])}`
    expect((await ask(routes, 'POST', '/refresh', { headers: { cookie } })).status).toBe(401)
    expect((await ask(routes, 'GET', '/session', { headers: { cookie } })).status).toBe(401)
  })

  it.each([{ origin: ORIGIN }, { 'sec-fetch-site': 'same-origin' }, { 'sec-fetch-dest': 'empty' }])(
    'sends browsers away: %o',
    async (headers) => {
      const { tokens, routes, sessions } = await native()
      const { refresh_token } = tokens
      for (const path of ['/login', '/refresh', '/logout']) {
        const answer = await ask(routes, 'POST', path, { headers, body: { refresh_token } })
        expect([answer.status, bodyOf(answer)['code']]).toEqual([403, 'browser_not_allowed'])
      }
      expect(await sessions.list({ subject: 'alice' })).toHaveLength(1)
    },
  )

  it.each([7, null, ['x'], {}])('a refresh token that is no text (%o): 400', async (refresh_token) => {
    const { routes } = await native()
    const answer = await ask(routes, 'POST', '/refresh', { body: { refresh_token } })
    expect([answer.status, bodyOf(answer)['code']]).toEqual([400, 'body_invalid'])
  })

  it('logs out by the access token alone', async () => {
    const { tokens, routes, sessions } = await native()
    const headers = { authorization: `Bearer ${String(tokens['access_token'])}` }
    expect((await ask(routes, 'POST', '/logout', { headers })).status).toBe(204)
    expect(await sessions.list({ subject: 'alice' })).toEqual([])
  })

  it('a cookie mount takes no token from a body', async () => {
    const { routes, sessions, store, clock } = createApp()
    const { refreshToken } = await sessions.start({ subject: 'alice' })
    clock.advance(60)
    const answer = await browserOn(routes).send('POST', '/refresh', { body: { refresh_token: refreshToken } })
    expect(answer.status).toBe(401)
    expect(JSON.stringify(answer)).not.toContain(refreshToken)
    expect(store.mayLoseWrites).toBe(false)
  })
})
