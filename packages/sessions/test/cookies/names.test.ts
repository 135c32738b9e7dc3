import { createAuthenticator } from '@countersign/core'
import { memoryStore } from '@countersign/stores'
import { createSessions, type SessionsOptions } from '@countersign/sessions'
import { describe, expect, it } from 'vitest'
import { createApp, ORIGIN, SECRET } from '../support/routes.ts'

const localhost = (origin: SessionsOptions['origin']) => ({ origin, insecureLocalhost: true })
const namesWith = async (options: Partial<SessionsOptions>) => {
  const origin = [options.origin ?? ORIGIN].flat()[0] ?? ''
  const { browser } = createApp({}, options)
  await browser.send('POST', '/login', { body: {}, headers: { origin } })
  return [...browser.jar.keys()]
}

describe('the names of the cookies', () => {
  it.each<[Partial<SessionsOptions>, string[]]>([
    [{}, ['__Host-access', '__Host-refresh']],
    [localhost('http://localhost:3000'), ['access-3000', 'refresh-3000']],
    [localhost('http://127.0.0.1:4000'), ['access-4000', 'refresh-4000']],
    [localhost('http://[::1]:4000'), ['access-4000', 'refresh-4000']],
    [localhost('http://localhost'), ['access-80', 'refresh-80']],
    [localhost('https://localhost'), ['access-443', 'refresh-443']],
    [localhost(['http://localhost:3000', 'http://localhost:5173']), ['access-3000', 'refresh-3000']],
    [{ cookieNames: { access: '__Host-shop', refresh: '__Host-shop-r' } }, ['__Host-shop', '__Host-shop-r']],
    [
      { ...localhost('http://localhost:3000'), cookieNames: { access: 'shop', refresh: 'shop-r' } },
      ['shop', 'shop-r'],
    ],
  ])('with %j', async (options, names) => {
    expect(await namesWith(options)).toEqual(names)
  })

  it('part applications that share a host: neither reads, replaces or clears the cookies of the other', async () => {
    const shop = createApp({}, { cookieNames: { access: '__Host-shop', refresh: '__Host-shop-refresh' } })
    const blog = createApp()
    const { jar } = blog.browser
    await shop.browser.send('POST', '/login', { body: {} })
    for (const [name, value] of shop.browser.jar) jar.set(name, value)
    expect((await blog.browser.send('GET', '/session')).body).toBe('null')
    await blog.browser.send('POST', '/login', { body: {} })
    expect((await blog.browser.send('POST', '/logout')).status).toBe(204)
    expect([...jar.keys()]).toEqual(['__Host-shop', '__Host-shop-refresh'])
  })

  it('are what verification() reads', () => {
    const options = { issuer: ORIGIN, origin: ORIGIN, secrets: [SECRET], store: memoryStore() }
    const cookieNames = { access: '__Host-shop', refresh: '__Host-shop-refresh' }
    const verification = createSessions({ ...options, cookieNames }).verification()
    expect(verification.cookie).toBe('__Host-shop')
    expect(() => createAuthenticator(verification)).not.toThrow()
  })

  it.each<[Partial<SessionsOptions>, RegExp]>([
    [
      { cookieNames: { access: 'shop', refresh: '__Host-r' } },
      /"cookieNames.access" must begin with "__Host-"/,
    ],
    [
      { cookieNames: { access: '__Host-a', refresh: 'r' } },
      /"cookieNames.refresh" must begin with "__Host-"/,
    ],
    [
      { cookieNames: { access: '__Host-a', refresh: '__Host-a' } },
      /"cookieNames" must be two different names/,
    ],
    [{ cookieNames: { access: '__Host-a b', refresh: '__Host-r' } }, /"cookieNames.access" must be the name/],
    [{ cookieNames: { access: '__Host-a' } as never }, /"cookieNames.refresh" .*got undefined/],
    [
      { cookieNames: { acces: '__Host-a', refresh: '__Host-r' } as never },
      /"cookieNames.acces" does not exist/,
    ],
    [{ cookieNames: 'shop' as never }, /"cookieNames" must be an object, got a string/],
    [
      { ...localhost('http://localhost:3000'), cookieNames: { access: '__Host-a', refresh: '__Host-r' } },
      /"cookieNames.access" must not begin with "__Host-"/,
    ],
    [
      { origin: undefined, cookieNames: { access: '__Host-a', refresh: '__Host-r' } },
      /"cookieNames" has no effect without "origin"/,
    ],
  ])('that browsers would lose, or that mean nothing, are option errors: %j', (options, message) => {
    const base = { issuer: ORIGIN, origin: ORIGIN, secrets: [SECRET], store: memoryStore() }
    expect(() => createSessions({ ...base, ...options })).toThrow(message)
  })
})
