import { createGate, OptionError, scope, type AuthenticatorOptions } from '@countersign/core'
import { createSigner } from '@countersign/forge'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { base } from './support/authenticate.ts'

const signer = createSigner({ alg: 'ES256', kid: 'k1' })

function gateFor(options: Partial<AuthenticatorOptions> = {}) {
  return createGate({ ...base, jwks: { keys: [signer.jwk] }, ...options })
}

function incoming(headers: Record<string, string>, init: RequestInit = {}): Request {
  return new Request('https://api.test/orders?x=1', { headers, ...init })
}

const authorization = `Bearer ${signer.token({ scope: 'read' })}`

describe('a gate for web-standard requests', () => {
  it('lets a good token in', async () => {
    const result = await gateFor().authenticate(incoming({ authorization }))
    expect(result).toMatchObject({ response: undefined, principal: { subject: 'user-1' }, headers: {} })
  })

  it('[V-11] answers with a Response where there is no credential', async () => {
    const { response, principal } = await gateFor().authenticate(incoming({}))
    expect(principal).toBeUndefined()
    expect(response!.status).toBe(401)
    expect(response!.headers.get('www-authenticate')).toBe('Bearer')
    expect(response!.headers.get('content-type')).toBe('application/problem+json')
    expect(response!.headers.get('cache-control')).toBe('no-store')
    expect(await response!.json()).toEqual({
      title: 'Unauthorized',
      status: 401,
      code: 'credential_missing',
      detail: 'The request has no access token.',
    })
  })

  it('checks what the route requires', async () => {
    const gate = gateFor()
    expect((await gate.authenticate(incoming({ authorization }), scope('read'))).response).toBeUndefined()
    const { response } = await gate.authenticate(incoming({ authorization }), scope('write'))
    expect(response!.status).toBe(403)
    expect(response!.headers.get('www-authenticate')).toMatch(/error="insufficient_scope".*scope="write"/)
  })

  it('lets nobody pass where the requirement is none', async () => {
    const { response } = await gateFor().authenticate(incoming({ authorization }), {} as never)
    expect(response!.status).toBe(500)
  })

  it('lets an anonymous request in where the policy is optional, but not past a requirement', async () => {
    const gate = gateFor({ optional: true })
    expect(await gate.authenticate(incoming({}))).toEqual({
      response: undefined,
      principal: undefined,
      headers: [],
    })
    expect((await gate.authenticate(incoming({}), scope('read'))).response!.status).toBe(401)
  })

  it('[D1][V-20] keeps unsafe requests of foreign pages out', async () => {
    const gate = gateFor({ cookie: true, origin: 'https://app.test' })
    const cookie = `__Host-access=${signer.token()}`
    const post = (headers: object) => gate.authenticate(incoming({ cookie, ...headers }, { method: 'POST' }))
    expect((await post({ origin: 'https://evil.test' })).response!.status).toBe(403)
    expect(await post({ origin: 'https://app.test' })).toMatchObject({
      response: undefined,
      headers: [
        ['Cache-Control', 'no-store'],
        ['Vary', 'Cookie'],
      ],
    })
  })

  it('[V-10] refuses two Authorization headers, which Headers join', async () => {
    const request = incoming({})
    request.headers.append('authorization', authorization)
    request.headers.append('authorization', authorization)
    expect((await gateFor().authenticate(request)).response!.status).toBe(400)
  })

  it('reads the query where the policy says so', async () => {
    const gate = gateFor({ dangerouslyReadQuery: 'token' })
    const request = new Request(`https://api.test/?token=${signer.token()}`)
    expect((await gate.authenticate(request)).principal!.carrier).toBe('query')
  })

  it('types the principal by the schema', async () => {
    const gate = createGate({ ...base, jwks: { keys: [signer.jwk] }, claims: z.object({ org: z.string() }) })
    const request = incoming({ authorization: `Bearer ${signer.token({ org: 'acme' })}` })
    const { principal } = await gate.authenticate(request)
    const org: string | undefined = principal?.claims.org
    expect(org).toBe('acme')
  })

  it('finds mistakes in its options at start', () => {
    expect(() => createGate({ issuer: 'x' } as never)).toThrow(OptionError)
    expect(() => createGate({ ...base, jwks: undefined } as never)).toThrow(/"jwks" is given, but undefined/)
  })
})
