import { describe, expect, it } from 'vitest'
import { createApp, browserOn } from '../support/routes.ts'

describe('POST /login over a session', () => {
  it('the id of a session is no proof that it is theirs: nobody ends the session of another user with it', async () => {
    const { sessions, routes } = createApp({
      login: (credentials) => ({ subject: String(Object(credentials)['name']) }),
    })
    const victim = await sessions.start({ subject: 'victim' })
    const attacker = browserOn(routes)
    // It stands in every access token, so every server that is sent one knows it.
    attacker.jar.set('__Host-refresh', victim.session.id)
    expect((await attacker.send('POST', '/login', { body: { name: 'attacker' } })).status).toBe(200)
    expect(await sessions.list({ subject: 'victim' })).toHaveLength(1)
    expect(await sessions.refresh(victim.refreshToken)).toMatchObject({ type: 'refreshed' })
  })

  it('[I-16] the refresh token is: the session that the browser had ends, whoever signs in', async () => {
    const { sessions, browser } = createApp({
      login: (credentials) => ({ subject: String(Object(credentials)['name']) }),
    })
    await browser.send('POST', '/login', { body: { name: 'alice' } })
    await browser.send('POST', '/login', { body: { name: 'bob' } })
    expect(await sessions.list({ subject: 'alice' })).toEqual([])
    expect(await sessions.list({ subject: 'bob' })).toHaveLength(1)
  })
})
