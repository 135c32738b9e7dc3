import { memoryStore } from '@countersign/stores'
import { createIssuer } from '@countersign/issuer'
import { createSessions } from '@countersign/sessions'
import { describe, expect, it } from 'vitest'
import {
  ask,
  bodyOf,
  browserOn,
  cookiesOf,
  createApp,
  ORIGIN,
  SECRET,
  type Sending,
} from '../support/routes.ts'

async function twoDevices(...options: Parameters<typeof createApp>) {
  const app = createApp(...options)
  const phone = browserOn(app.routes)
  await app.browser.send('POST', '/login', { body: {}, headers: { 'user-agent': 'Firefox/1 Windows' } })
  app.clock.advance(1)
  await phone.send('POST', '/login', { body: {}, ip: '198.51.100.7' })
  return { ...app, desk: app.browser, phone }
}

describe('GET /session', () => {
  it('tells who is signed in, and until when, also for HEAD, and never a token', async () => {
    const { browser, sessions } = createApp({ user: ({ subject }) => `I am ${subject}` })
    const login = bodyOf(await browser.send('POST', '/login', { body: {} }))
    const answer = await browser.send('GET', '/session')
    expect(bodyOf(answer)).toEqual(login)
    expect(answer.headers).toMatchObject({ 'Cache-Control': 'no-store', Vary: 'Cookie' })
    expect(await browser.send('HEAD', '/session')).toMatchObject({ status: 200, body: undefined })
    expect(await sessions.list({ subject: 'alice' })).toHaveLength(1)
  })

  it.each<[string, Sending]>([
    ['a visitor', {}],
    ['empty cookies', { headers: { cookie: '__Host-access=; __Host-refresh=' } }],
    ['cookies of others', { headers: { cookie: 'access=a.b.c; refresh=x; theme=dark' } }],
  ])('200 with null for %s, and no store is asked', async (_, sending) => {
    const { routes, faults } = createApp()
    for (const method of ['checkSession', 'rotate'] as const) faults.failOn(method)
    const answer = await ask(routes, 'GET', '/session', sending)
    expect([answer.status, answer.body, cookiesOf(answer)]).toEqual([200, 'null', []])
    expect(answer.headers).toMatchObject({ 'Cache-Control': 'no-store', Vary: 'Cookie' })
  })

  it.each<[string, Sending, string]>([
    ['a refresh cookie alone', { headers: { cookie: '__Host-refresh=a.b.c' } }, 'credential_missing'],
    ['an access cookie that is none', { headers: { cookie: '__Host-access=a.b.c' } }, 'token_malformed'],
    ['a header', { headers: { authorization: 'Bearer a.b.c' } }, 'token_malformed'],
  ])('401 for %s: a renewal may tell', async (_, sending, code) => {
    const { routes } = createApp()
    const answer = await ask(routes, 'GET', '/session', sending)
    expect([answer.status, bodyOf(answer)['code']]).toEqual([401, code])
    expect(answer.headers['WWW-Authenticate']).toMatch(/^Bearer/)
  })

  it('401 for a native client without a token', async () => {
    const { routes } = createApp({ transport: 'body' }, { origin: undefined })
    expect((await ask(routes, 'GET', '/session')).status).toBe(401)
  })

  it('tells the generation, which a rotation moves on and the cooldown does not', async () => {
    const { browser, clock } = createApp()
    const generations = [bodyOf(await browser.send('POST', '/login', { body: {} }))['generation']]
    for (const seconds of [1, 60, 60]) {
      clock.advance(seconds)
      generations.push(bodyOf(await browser.send('POST', '/refresh'))['generation'])
      expect(bodyOf(await browser.send('GET', '/session'))['generation']).toBe(generations.at(-1))
    }
    expect(generations).toEqual([1, 1, 2, 3])
  })

  it('does not tell the end of another session, whose refresh cookie lies beside it', async () => {
    const { browser, sessions } = createApp()
    await browser.send('POST', '/login', { body: {} })
    const { refreshToken } = await sessions.start({ subject: 'bob' })
    browser.jar.set('__Host-refresh', refreshToken)
    const document = bodyOf(await browser.send('GET', '/session'))
    expect(document).not.toHaveProperty('sessionExpiresAt')
    expect(document).not.toHaveProperty('generation')
  })
})

describe('the list of sessions', () => {
  it('[I-20] has when, where and with what, and which is this one', async () => {
    const { desk, phone } = await twoDevices()
    const list = bodyOf(await desk.send('GET', '/sessions'))['sessions']
    expect(list).toEqual([
      {
        id: expect.any(String),
        current: false,
        createdAt: expect.any(Number),
        lastSeenAt: expect.any(Number),
        ip: '198.51.100.7',
      },
      {
        id: expect.any(String),
        current: true,
        createdAt: expect.any(Number),
        lastSeenAt: expect.any(Number),
        device: 'Firefox on Windows',
        ip: '192.0.2.1',
      },
    ])
    expect(bodyOf(await phone.send('GET', '/sessions'))['sessions']).toMatchObject([
      { current: true },
      { current: false },
    ])
  })

  it('[I-20] ends another one, or this one', async () => {
    const { desk, phone, sessions } = await twoDevices()
    const [there, here] = await sessions.list({ subject: 'alice' })
    expect((await desk.send('DELETE', `/sessions/${there!.id}`)).status).toBe(204)
    expect(desk.jar.size).toBe(2)
    expect((await phone.send('GET', '/session')).status).toBe(401)
    expect((await phone.send('POST', '/refresh')).status).toBe(401)
    expect((await desk.send('DELETE', `/sessions/${there!.id}`)).status).toBe(404)
    expect((await desk.send('DELETE', `/sessions/${here!.id}`)).status).toBe(204)
    expect(desk.jar.size).toBe(0)
  })

  it("[I-20] somebody else's is not found, and lives", async () => {
    const { desk, sessions } = await twoDevices()
    const bob = await sessions.start({ subject: 'bob' })
    const answer = await desk.send('DELETE', `/sessions/${bob.session.id}`)
    expect([answer.status, bodyOf(answer)['code']]).toEqual([404, 'session_not_found'])
    expect(await sessions.list({ subject: 'bob' })).toHaveLength(1)
  })

  it('[I-20] ends all others, and stays', async () => {
    const { desk, phone } = await twoDevices()
    expect((await desk.send('POST', '/logout-others')).status).toBe(204)
    expect((await desk.send('GET', '/session')).status).toBe(200)
    expect((await desk.send('POST', '/refresh')).status).toBe(200)
    expect((await phone.send('GET', '/session')).status).toBe(401)
    expect((await phone.send('POST', '/refresh')).status).toBe(401)
  })

  it('[I-19] ends all', async () => {
    const { desk, phone } = await twoDevices()
    const answer = await desk.send('POST', '/logout-all')
    expect([answer.status, desk.jar.size]).toEqual([204, 0])
    expect((await phone.send('GET', '/session')).status).toBe(401)
    expect((await phone.send('POST', '/refresh')).status).toBe(401)
  })

  it('[I-19] within a tenant, and only there', async () => {
    const { browser, sessions } = createApp({ login: () => ({ subject: 'alice', tenant: 'acme' }) })
    await browser.send('POST', '/login', { body: {} })
    await sessions.start({ subject: 'alice' })
    expect(bodyOf(await browser.send('GET', '/sessions'))['sessions']).toHaveLength(1)
    await browser.send('POST', '/logout-all')
    expect(await sessions.list({ subject: 'alice', tenant: 'acme' })).toEqual([])
    expect(await sessions.list({ subject: 'alice' })).toHaveLength(1)
  })

  it('[I-19] a claim "tenant" by any other way is refused: it would lead "sign out everywhere" astray', async () => {
    const direct = createApp({ login: () => ({ subject: 'alice', claims: { tenant: 'acme' } }) })
    await expect(direct.browser.send('POST', '/login', { body: {} })).rejects.toThrow('tenant')
    expect(await direct.sessions.list({ subject: 'alice' })).toEqual([])
    const byHook = createApp({}, { claims: () => ({ claims: { tenant: 'acme' } }) })
    await expect(byHook.browser.send('POST', '/login', { body: {} })).rejects.toThrow('tenant')
  })

  it('[I-20][I-22] asks for a new login where the last is too long ago, and ends nothing', async () => {
    const { desk, sessions, clock } = await twoDevices({ maxAuthAge: 300 })
    const [there] = await sessions.list({ subject: 'alice' })
    clock.advance(400)
    await desk.send('POST', '/refresh')
    const asked = [
      ['DELETE', `/sessions/${there!.id}`],
      ['POST', '/logout-all'],
      ['POST', '/logout-others'],
    ] as const
    for (const [method, path] of asked) {
      const answer = await desk.send(method, path)
      expect([answer.status, bodyOf(answer)['code']]).toEqual([401, 'authentication_insufficient'])
      expect(String(answer.headers['WWW-Authenticate'])).toMatch(
        /insufficient_user_authentication.*max_age="?300/,
      )
      expect(answer.headers).not.toHaveProperty('Set-Cookie')
    }
    expect(await sessions.list({ subject: 'alice' })).toHaveLength(2)
    expect((await desk.send('GET', '/sessions')).status).toBe(200)
    await desk.send('POST', '/login', { body: {} })
    expect((await desk.send('POST', '/logout-all')).status).toBe(204)
  })

  it.each([{}, { maxAuthAge: 300 }])(
    '[I-23] who acts as the user is in the list, and may end no session: %j',
    async (options) => {
      const { desk, sessions, routes } = await twoDevices(options)
      const { accessToken } = await sessions.impersonate({ subject: 'alice', actor: { subject: 'support' } })
      expect(bodyOf(await desk.send('GET', '/sessions'))['sessions']).toContainEqual(
        expect.objectContaining({ actor: 'support' }),
      )
      const headers = { authorization: `Bearer ${accessToken}`, origin: ORIGIN }
      const [other] = await sessions.list({ subject: 'alice' })
      for (const [method, path] of [
        ['POST', '/logout-all'],
        ['POST', '/logout-others'],
        ['DELETE', `/sessions/${other!.id}`],
      ] as const) {
        const answer = await ask(routes, method, path, { headers })
        expect([answer.status, bodyOf(answer)['code']]).toEqual([403, 'requirement_failed'])
      }
      expect(await sessions.list({ subject: 'alice' })).toHaveLength(3)
    },
  )

  it('a token of the issuer that is of no session serves nobody, whatever its subject', async () => {
    const issuer = createIssuer({ issuer: ORIGIN, audience: ORIGIN, clientId: 'web', store: memoryStore() })
    const sessions = createSessions({ issuer, origin: ORIGIN, store: memoryStore(), secrets: [SECRET] })
    const routes = sessions.routes({ login: () => undefined })
    const { token } = await issuer.accessToken({ subject: 'alice' })
    const headers = { authorization: `Bearer ${token}`, origin: ORIGIN }
    for (const [method, path] of [
      ['GET', '/session'],
      ['GET', '/sessions'],
      ['POST', '/logout-all'],
    ] as const) {
      const answer = await ask(routes, method, path, { headers })
      expect([answer.status, bodyOf(answer)['code']]).toEqual([401, 'session_not_recognized'])
    }
  })
})

describe('what is no route', () => {
  it('another method: 405 with what is allowed; another path: left to others', async () => {
    const { routes, browser } = createApp()
    const answer = await browser.send('GET', '/login')
    expect([answer.status, answer.headers['Allow']]).toEqual([405, 'POST'])
    expect((await browser.send('POST', '/session')).headers['Allow']).toBe('GET, HEAD')
    for (const path of ['/', '/login/', '/Login', '/sessions/', '/sessions/a/b', '/sessions/%41'])
      await expect(ask(routes, 'POST', path)).rejects.toThrow('none of the routes')
  })
})

describe('errors', () => {
  it('[I-47] nothing that a browser sends or gets is written to the console', async () => {
    const { desk } = await twoDevices()
    const written: unknown[] = []
    const { log, error, warn, info } = console
    for (const name of ['log', 'error', 'warn', 'info'] as const)
      console[name] = (...all) => void written.push(all)
    try {
      await desk.send('POST', '/refresh')
      await desk.send('POST', '/refresh', { headers: { cookie: '__Host-refresh=garbage' } })
      await desk.send('POST', '/logout')
    } finally {
      Object.assign(console, { log, error, warn, info })
    }
    expect(written).toEqual([])
  })
})
