import { createSession, isSessionError, SessionError } from '@countersign/client'
import { describe, expect, it, vi } from 'vitest'
import { createBrowser } from './fake-browser.ts'
import { BASE, LIFETIME, ORIGIN } from './fake-server.ts'

const API = `${ORIGIN}/api/orders`

describe('a session', () => {
  it('knows nothing before the server was asked, and asks once', async () => {
    const browser = createBrowser()
    await browser.signedIn()
    const tab = browser.open()
    expect([tab.status, tab.current, tab.user]).toEqual(['unknown', undefined, undefined])
    const [first, second] = await Promise.all([tab.ready(), tab.ready()])
    await tab.ready()
    expect(first?.subject).toBe('ada')
    expect(second).toBe(first)
    expect(tab.status).toBe('signed-in')
    expect(tab.user?.name).toBe('ada')
    expect(browser.server.calls).toEqual(['GET /auth/session'])
  })

  it('is signed out where the server knows of none', async () => {
    const tab = createBrowser().open()
    await expect(tab.ready()).resolves.toBeUndefined()
    expect(tab.status).toBe('signed-out')
  })

  it('is renewed where only the access token has expired', async () => {
    const browser = createBrowser()
    await browser.signedIn()
    browser.advance(LIFETIME)
    const tab = browser.open()
    expect((await tab.ready())?.subject).toBe('ada')
    expect(browser.server.calls).toEqual(['GET /auth/session', 'POST /auth/refresh'])
  })

  it('begins with a login, of which all tabs hear', async () => {
    const browser = createBrowser()
    const [first, second] = [browser.open(), browser.open()]
    await second.ready()
    const heard = vi.fn<(current: unknown) => void>()
    second.onChange(heard)
    const document = await first.login({ name: 'ada', password: 'right' })
    expect(document.user).toEqual({ name: 'ada' })
    await vi.waitFor(() => expect(second.user).toEqual({ name: 'ada' }), 10_000)
    expect(heard.mock.calls).toEqual([[second.current]])
  })

  it('stays what it was when a login fails', async () => {
    const browser = createBrowser()
    const [tab] = await browser.signedIn()
    const failure = await tab.login({ name: 'eve', password: 'wrong' }).catch((error: unknown) => error)
    expect(failure).toMatchObject({ name: 'SessionError', code: 'credentials_wrong', status: 401 })
    expect(tab.user?.name).toBe('ada')
  })

  it('tells of changes until asked not to, and of nothing twice', async () => {
    const browser = createBrowser()
    const tab = browser.open()
    const heard: unknown[] = []
    const stop = tab.onChange((current) => heard.push(current?.subject))
    const stopAlso = tab.onChange(() => heard.push('also'))
    await tab.login({ name: 'ada', password: 'right' })
    stopAlso()
    await tab.logout()
    await tab.logout()
    stop()
    await tab.login({ name: 'bob', password: 'right' })
    expect(heard).toEqual(['ada', 'also', undefined])
  })

  it('tells the other listeners when one throws, and reports the error', async () => {
    const tab = createBrowser().open()
    const reported = new Promise((resolve) => process.once('unhandledRejection', resolve))
    const fault = new Error('listener')
    const heard = vi.fn<() => void>()
    tab.onChange(() => {
      throw fault
    })
    tab.onChange(heard)
    await tab.login({ name: 'ada', password: 'right' })
    expect(heard).toHaveBeenCalledOnce()
    await expect(reported).resolves.toBe(fault)
  })

  it('lists sessions and ends one of them', async () => {
    const browser = createBrowser()
    const [tab] = await browser.signedIn()
    expect(await tab.sessions()).toEqual([{ id: 's0', current: true }])
    await tab.revoke('a/b')
    expect(browser.server.calls).toEqual(['GET /auth/sessions', 'DELETE /auth/sessions/a%2Fb'])
    expect(tab.status).toBe('signed-in')
    await tab.revoke('s0')
    expect(tab.status).toBe('signed-out')
  })

  it('can sign out all other devices', async () => {
    const browser = createBrowser()
    const [tab] = await browser.signedIn()
    browser.server.disableAccess()
    await tab.logoutOthers()
    expect(tab.status).toBe('signed-in')
    expect(browser.server.calls).toEqual([
      'POST /auth/logout-others',
      'POST /auth/refresh',
      'POST /auth/logout-others',
    ])
  })

  it('renews nothing where the server asks for a new login', async () => {
    const browser = createBrowser()
    const [tab] = await browser.signedIn()
    const headers = { 'WWW-Authenticate': 'Bearer error="insufficient_user_authentication", max_age="60"' }
    for (const path of ['logout-all', 'logout-others']) {
      browser.server.faults.set(
        `POST /auth/${path}`,
        () => new Response('{"code":"authentication_insufficient"}', { status: 401, headers }),
      )
    }
    const failure = { code: 'authentication_insufficient', status: 401 }
    await expect(tab.logoutEverywhere()).rejects.toMatchObject(failure)
    await expect(tab.logoutOthers()).rejects.toMatchObject(failure)
    expect(tab.status).toBe('signed-in')
    expect(browser.server.calls).toEqual(['POST /auth/logout-all', 'POST /auth/logout-others'])
  })

  it('renews to list sessions, and says what went wrong', async () => {
    const browser = createBrowser()
    const [tab] = await browser.signedIn()
    browser.advance(LIFETIME)
    expect(await tab.sessions()).toHaveLength(1)
    browser.server.faults.set('GET /auth/sessions', () => Response.json({ sessions: 'none' }))
    await expect(tab.sessions()).rejects.toMatchObject({ code: 'answer_invalid' })
    browser.server.faults.set('DELETE /auth/sessions/x', () => new Response('', { status: 404 }))
    await expect(tab.revoke('x')).rejects.toMatchObject({ code: 'refused', status: 404 })
  })

  it('is looked at again when the page comes back from the back/forward cache', async () => {
    const browser = createBrowser({ channels: false })
    const [first, second] = await browser.signedIn(2)
    await first.logout()
    expect(second?.status).toBe('signed-in')
    second?.comeBack()
    await vi.waitFor(() => expect(second?.status).toBe('signed-out'), 10_000)
  })

  it('hears nothing after close, and answers what was under way', async () => {
    const browser = createBrowser()
    const [first, second] = await browser.signedIn(2)
    if (!second) throw new Error('two tabs')
    const heard = vi.fn<() => void>()
    second.onChange(heard)
    browser.advance(LIFETIME)
    const response = second.fetch(API)
    second.close()
    expect((await response).status).toBe(200)
    second.comeBack()
    await first.logout()
    expect(second.status).toBe('signed-in')
    expect(heard).not.toHaveBeenCalled()
    expect(browser.server.count('GET /auth/session')).toBe(0)
  })

  it('leaves no timer behind', async () => {
    const browser = createBrowser()
    const [first, second] = await browser.signedIn(2)
    browser.advance(LIFETIME)
    await Promise.all([first.fetch(API), second?.fetch(API), first.renew()])
    expect(browser.timers()).toBe(0)
  })

  it('can be made where there is no browser, and nothing is opened', async () => {
    const session = createSession({ base: '/auth' })
    expect(session.status).toBe('unknown')
    // an open channel would be among these
    expect(process.getActiveResourcesInfo()).not.toContain('MessagePort')
    session.close()
    await expect(session.ready()).rejects.toSatisfy(isSessionError)
  })

  it('refuses a base that is missing or on another origin', () => {
    // @ts-expect-error: required
    expect(() => createSession({})).toThrow(/"base"/)
    vi.stubGlobal('location', new URL(`${ORIGIN}/page`))
    try {
      expect(() => createSession({ base: 'https://api.test/auth', platform: { channel: null } })).toThrow(
        'on the origin of the page',
      )
    } finally {
      vi.unstubAllGlobals()
    }
  })

  it('asks its own origin, whatever the document says of relative addresses', async () => {
    const asked: string[] = []
    vi.stubGlobal('location', new URL(`${ORIGIN}/deep/page`))
    try {
      const fetch = async ({ url }: Request) => {
        asked.push(url)
        return Response.json({ code: 'session_ended' }, { status: 401 })
      }
      const session = createSession({
        base: '/auth/',
        platform: { fetch, channel: null, locks: null, events: null },
      })
      await session.ready()
    } finally {
      vi.unstubAllGlobals()
    }
    expect(asked).toEqual([`${BASE}/session`, `${BASE}/refresh`])
  })
})

describe('an error', () => {
  it('is known by its name', () => {
    expect(isSessionError(new SessionError('refused'))).toBe(true)
    expect(isSessionError(Object.assign(new Error('x'), { name: 'SessionError' }))).toBe(true)
    expect(isSessionError(new TypeError('x'))).toBe(false)
    expect(isSessionError({ name: 'SessionError' })).toBe(false)
  })
})
