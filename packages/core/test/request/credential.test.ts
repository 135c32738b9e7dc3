import { createSigner } from '@countersign/forge'
import { describe, expect, it } from 'vitest'
import { accept, refusalOf, request, trusting, verdict, type Headers } from '../support/authenticate.ts'

const signer = createSigner({ alg: 'ES256' })
const cookies = { cookie: true, origin: 'https://app.test' } as const
const authenticator = trusting(signer, cookies)
const token = signer.token({ sub: 'header' })
const cookieToken = signer.token({ sub: 'cookie' })
const cookie = `__Host-access=${cookieToken}`

async function judgeHeaders(headers: Headers, options = {}, url = '/'): Promise<string> {
  return verdict(await trusting(signer, { ...cookies, ...options }).authenticate(request(headers, { url })))
}

describe('header and cookie', () => {
  it('[V-10] the header beats the cookie', async () => {
    const { principal } = await accept(authenticator, request({ authorization: `Bearer ${token}`, cookie }))
    expect(principal).toMatchObject({ subject: 'header', carrier: 'header' })
  })

  it.each([
    ['a bad token', 'Bearer a.b.c', '401 token_malformed'],
    ['an expired token', `Bearer ${signer.token({ exp: 1 })}`, '401 token_expired'],
    ['no token', 'Bearer', '400 credential_malformed'],
    ['two tokens', 'Bearer a b', '400 credential_malformed'],
    ['a comma', 'Bearer a,b', '400 credential_malformed'],
  ])('[V-10] a header with %s never falls back to a good cookie', async (_what, authorization, said) => {
    expect(await judgeHeaders({ authorization, cookie })).toBe(said)
    expect(await judgeHeaders({ authorization, cookie }, { optional: true })).toBe(said)
  })

  it.each([[''], [' '], ['\t'], [', ,'], [['', '']]])(
    '[V-38] an empty header is no credential, so the cookie counts: %j',
    async (authorization) => {
      const { principal } = await accept(authenticator, request({ authorization, cookie }))
      expect(principal).toMatchObject({ subject: 'cookie', carrier: 'cookie' })
      expect(await judgeHeaders({ authorization })).toBe('401 credential_missing')
      expect(await judgeHeaders({ authorization }, { optional: true })).toBe('anonymous')
    },
  )

  it.each([
    '__Host-access=',
    '__Host-access= ; a=1',
    'a=1;__Host-access=\t',
    '__Host-access=; __Host-access=',
  ])('[V-38] an empty cookie is no credential: %j', async (empty) => {
    expect(await judgeHeaders({ cookie: empty })).toBe('401 credential_missing')
    expect(await judgeHeaders({ cookie: empty }, { optional: true })).toBe('anonymous')
  })

  it('a header of another scheme is no credential, so the cookie is asked', async () => {
    const { principal } = await accept(
      authenticator,
      request({ authorization: 'Basic dXNlcjpwYXNz', cookie }),
    )
    expect(principal).toMatchObject({ subject: 'cookie', carrier: 'cookie' })
  })

  it('the cookie is not read unless the policy says so', async () => {
    expect(verdict(await trusting(signer).authenticate(request({ cookie })))).toBe('401 credential_missing')
  })

  it('the cookie may have a name of its own', async () => {
    const named = trusting(signer, { ...cookies, cookie: '__Host-session' })
    expect(verdict(await named.authenticate(request({ cookie: `__Host-session=${token}` })))).toBe(
      'authenticated',
    )
    expect(verdict(await named.authenticate(request({ cookie })))).toBe('401 credential_missing')
  })
})

describe('the query', () => {
  const options = { dangerouslyReadQuery: 'access_token' }

  it('is not read unless the policy says so', async () => {
    expect(await judgeHeaders({}, {}, `/?access_token=${token}`)).toBe('401 credential_missing')
    const beside = { authorization: `Bearer ${token}` }
    expect(await judgeHeaders(beside, {}, `/?undefined=${token}&access_token=x`)).toBe('authenticated')
  })

  it.each([
    ['/?access_token=TOKEN', 'authenticated'],
    ['/a/b?x=1&access_token=TOKEN&y', 'authenticated'],
    ['/?access_token=TOKEN&access_token=TOKEN', '400 credential_ambiguous'],
    ['/?access_token=', '401 credential_missing'],
    ['/?access_token=&access_token=', '401 credential_missing'],
    ['/?access_token=&access_token=TOKEN', '400 credential_ambiguous'],
    ['/?access_token=%20', '401 token_malformed'],
    ['/?Access_Token=x', '401 credential_missing'],
    ['/?access_token', '401 credential_missing'],
    ['/', '401 credential_missing'],
    ['/access_token=TOKEN', '401 credential_missing'],
    ['/?%', '401 credential_missing'],
    ['/?access_token=%E0%A4%A', '401 token_malformed'],
  ])('that is %s: %s', async (url, said) => {
    expect(await judgeHeaders({}, options, url.replaceAll('TOKEN', token))).toBe(said)
  })

  it('[V-10] beside a header is ambiguous: 400', async () => {
    const url = `/?access_token=${token}`
    expect(await judgeHeaders({ authorization: `Bearer ${token}` }, options, url)).toBe(
      '400 credential_ambiguous',
    )
    expect(await judgeHeaders({ authorization: 'Basic x' }, options, url)).toBe('authenticated')
  })

  it('[V-38] that is empty is no credential, so header and cookie count', async () => {
    const url = '/?access_token='
    expect(await judgeHeaders({ authorization: `Bearer ${token}` }, options, url)).toBe('authenticated')
    expect(await judgeHeaders({ cookie }, options, url)).toBe('authenticated')
    expect(await judgeHeaders({}, { ...options, optional: true }, url)).toBe('anonymous')
  })

  it('makes answers uncacheable', async () => {
    const query = trusting(signer, options)
    const outcome = await accept(query, request({}, { url: `/?access_token=${token}` }))
    expect(outcome.headers).toEqual([['Cache-Control', 'no-store']])
    expect(outcome.principal.carrier).toBe('query')
  })
})

describe('optional authentication', () => {
  const optional = { optional: true }

  it('makes a request without credential anonymous', async () => {
    expect(await judgeHeaders({}, optional)).toBe('anonymous')
    expect(await judgeHeaders({ authorization: 'Basic x' }, optional)).toBe('anonymous')
    expect(await judgeHeaders({ cookie: 'other=1' }, optional)).toBe('anonymous')
  })

  it.each([
    [{ authorization: 'Bearer a.b.c' }, '401 token_malformed'],
    [{ authorization: 'Bearer' }, '400 credential_malformed'],
    [{ authorization: ['Bearer a', 'Bearer b'] }, '400 credential_ambiguous'],
    [{ authorization: `Bearer ${signer.token({ exp: 1 })}` }, '401 token_expired'],
    [{ cookie: '__Host-access=x' }, '401 token_malformed'],
    [{ cookie: `${cookie}; ${cookie}` }, '400 credential_ambiguous'],
  ])('[D2] never makes a bad credential anonymous: %o', async (headers, said) => {
    expect(await judgeHeaders(headers, optional)).toBe(said)
  })
})

describe('answers', () => {
  it('[E6] to cookie-authenticated requests are for one user only', async () => {
    expect((await accept(authenticator, request({ cookie }))).headers).toEqual([
      ['Cache-Control', 'no-store'],
      ['Vary', 'Cookie'],
    ])
  })

  it('vary by cookie wherever a cookie might have been', async () => {
    const withHeader = await accept(authenticator, request({ authorization: `Bearer ${token}` }))
    expect(withHeader.headers).toEqual([['Vary', 'Cookie']])
    const anonymous = await trusting(signer, { ...cookies, optional: true }).authenticate(request())
    expect(anonymous).toEqual({ type: 'anonymous', headers: [['Vary', 'Cookie']] })
  })

  it('to header-authenticated requests need nothing', async () => {
    const outcome = await accept(trusting(signer), request({ authorization: `Bearer ${token}` }))
    expect(outcome.headers).toEqual([])
  })

  it('that refuse are never stored', async () => {
    const { headers } = await refusalOf(authenticator, request())
    expect(headers['Cache-Control']).toBe('no-store')
  })
})
