import { createCsrfTokens } from '@countersign/core'
import { createSigner } from '@countersign/forge'
import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  acceptTwice,
  bearer,
  resultOf,
  accept,
  principalFor,
  request,
  trusting,
  verdict,
} from '../support/authenticate.ts'
import { listenTo } from '../support/listen.ts'

const signer = createSigner({ alg: 'ES256' })
const token = signer.token({ sid: 's1', jti: 't1' })
const cookie = `__Host-access=${token}`
const app = 'https://app.test'
const secret = randomBytes(32)

const withCookies = (options: Parameters<typeof trusting>[1] = {}) =>
  trusting(signer, { cookie: true, origin: app, dangerouslyReadQuery: 'access_token', ...options })

describe('a token that is remembered from a header', () => {
  it('[D1] [V-20] is refused where it arrives by cookie from another site', async () => {
    const authenticator = withCookies()
    await acceptTwice(authenticator, token)
    const crossSite = request(
      { cookie, 'sec-fetch-site': 'cross-site', origin: 'https://evil.test' },
      { method: 'POST' },
    )
    expect(verdict(await authenticator.authenticate(crossSite))).toBe('403 cross_site_rejected')
    const silent = request({ cookie }, { method: 'DELETE' })
    expect(verdict(await authenticator.authenticate(silent))).toBe('403 cross_site_rejected')
    // and the header needs no proof afterwards either
    expect(
      verdict(
        await authenticator.authenticate(request({ authorization: `Bearer ${token}` }, { method: 'POST' })),
      ),
    ).toBe('authenticated')
  })

  it('[V-20] and one that is remembered from a cookie is refused from another site all the same', async () => {
    const authenticator = withCookies()
    const view = (site: string) => request({ cookie, 'sec-fetch-site': site }, { method: 'POST' })
    for (let i = 0; i < 2; i++)
      expect(verdict(await authenticator.authenticate(view('same-origin')))).toBe('authenticated')
    expect(verdict(await authenticator.authenticate(view('cross-site')))).toBe('403 cross_site_rejected')
    expect(verdict(await authenticator.authenticate(view('same-origin')))).toBe('authenticated')
  })
})

describe('the principal of a remembered token', () => {
  const views = {
    header: bearer(token),
    cookie: request({ cookie }),
    query: request({}, { url: `/?access_token=${token}` }),
  }
  const carriers = ['header', 'cookie', 'query'] as const
  const orders = carriers.flatMap((first) => carriers.map((second) => [first, second] as const))

  it.each(orders)('says where this request carried it: %s, then %s', async (...order) => {
    const authenticator = withCookies()
    for (const carrier of [...order, ...order, ...order]) {
      const { principal, headers } = await accept(authenticator, views[carrier])
      expect(principal.carrier).toBe(carrier)
      expect(new Map(headers).get('Cache-Control')).toBe(carrier === 'header' ? undefined : 'no-store')
    }
    expect.assertions(18)
  })

  it('has no carrier where it came from no request, before and after one', async () => {
    const authenticator = withCookies()
    for (let i = 0; i < 3; i++) {
      const outcome = await authenticator.authenticateToken(token)
      expect(outcome).toMatchObject({ type: 'authenticated', principal: { carrier: undefined } })
      expect((await principalFor(authenticator, token)).carrier).toBe('header')
    }
  })

  it('is published under its carrier', async () => {
    const authenticator = withCookies()
    await acceptTwice(authenticator, token)
    const events = listenTo('countersign:authenticated')
    await authenticator.authenticate(views.header)
    await authenticator.authenticate(views.cookie)
    await authenticator.authenticate(views.cookie)
    expect(events.stop().map(({ carrier }) => carrier)).toEqual(['header', 'cookie', 'cookie'])
  })

  it('does not follow the principal that a request handed out', async () => {
    const authenticator = withCookies()
    await acceptTwice(authenticator, token)
    const first = await principalFor(authenticator, token)
    const second = (await accept(authenticator, views.cookie)).principal
    expect(first.carrier).toBe('header')
    expect(second.carrier).toBe('cookie')
    expect(first.claims).toBe(second.claims)
  })
})

describe('revocation', () => {
  it('[V-12] is asked at every request, and its answer counts at once', async () => {
    const revoked = new Set<string>()
    let asked = 0
    const authenticator = trusting(signer, {
      isRevoked: ({ tokenId, sessionId, keyId }) => {
        asked++
        expect({ tokenId, sessionId, keyId }).toEqual({ tokenId: 't1', sessionId: 's1', keyId: 'es256-1' })
        return revoked.has(tokenId!)
      },
    })
    for (let i = 1; i <= 3; i++) {
      expect(await resultOf(authenticator, token)).toBe('authenticated')
      expect(asked).toBe(i)
    }
    revoked.add('t1')
    expect(await resultOf(authenticator, token)).toBe('401 token_revoked')
    revoked.delete('t1')
    expect(await resultOf(authenticator, token)).toBe('authenticated')
    expect(asked).toBe(5)
  })

  it('[V-12] that fails is 503 for a remembered token too', async () => {
    let answer: () => boolean | Promise<boolean> = () => false
    const authenticator = trusting(signer, { isRevoked: () => answer() })
    await acceptTwice(authenticator, token)
    answer = () => Promise.reject(new Error('store down'))
    expect(await resultOf(authenticator, token)).toBe('503 revocation_unavailable')
    answer = () => Promise.resolve(true)
    expect(await resultOf(authenticator, token)).toBe('401 token_revoked')
    answer = () => Promise.resolve(false)
    expect(await resultOf(authenticator, token)).toBe('authenticated')
  })

  it('[D10] is not asked about a remembered token whose key is gone or whose time is over', async () => {
    let time = Date.UTC(2026, 0, 1)
    let asked = 0
    const dated = createSigner({ now: () => time })
    const authenticator = trusting(dated, { now: () => time, isRevoked: () => ++asked < 0 })
    const short = dated.token()
    await acceptTwice(authenticator, short)
    time += 400_000
    expect(await resultOf(authenticator, short)).toBe('401 token_expired')
    expect(asked).toBe(2)
  })
})

describe('CSRF tokens', () => {
  it('[D1] are checked at every request that needs one', async () => {
    const authenticator = withCookies({ csrfSecrets: [secret] })
    const csrf = createCsrfTokens([secret])
    const [good, foreign] = [await csrf.create('s1'), await csrf.create('s2')]
    const post = async (csrfToken?: string) =>
      verdict(
        await authenticator.authenticate(
          request(
            { cookie, ...(csrfToken !== undefined && { 'x-csrf-token': csrfToken }) },
            { method: 'POST' },
          ),
        ),
      )
    await acceptTwice(authenticator, token)
    expect(await post(good)).toBe('authenticated')
    expect(await post(foreign)).toBe('403 cross_site_rejected')
    expect(await post('garbage')).toBe('403 cross_site_rejected')
    expect(await post()).toBe('403 cross_site_rejected')
    expect(await post(good)).toBe('authenticated')
  })
})

describe('exposeToken', () => {
  it('gives the token of the request, at first and later, by whatever carrier', async () => {
    const authenticator = withCookies({ exposeToken: true })
    const views = [bearer(token), bearer(token), bearer(token), request({ cookie }), request({ cookie })]
    for (const view of views) {
      const { principal } = await accept(authenticator, view)
      expect(principal.token).toBe(token)
      expect(Object.keys(principal)).not.toContain('token')
    }
  })

  it('gives none where the token came from no request', async () => {
    const authenticator = withCookies({ exposeToken: true })
    await acceptTwice(authenticator, token)
    const outcome = await authenticator.authenticateToken(token)
    expect(outcome.type === 'authenticated' && outcome.principal.token).toBeUndefined()
    expect((await principalFor(authenticator, token)).token).toBe(token)
  })

  it('is off by default, for remembered tokens too', async () => {
    const authenticator = withCookies()
    for (let i = 0; i < 4; i++) expect(await principalFor(authenticator, token)).not.toHaveProperty('token')
  })
})
