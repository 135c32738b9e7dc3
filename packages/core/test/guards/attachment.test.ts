import { scope } from '@countersign/core'
import { attachOutcome, guardRequest, principalOf } from '@countersign/core/adapter'
import { createSigner } from '@countersign/forge'
import { describe, expect, it } from 'vitest'
import { bearer, letIn, request, trusting } from '../support/judge.ts'
import { listenTo } from '../support/listen.ts'

const signer = createSigner({ alg: 'ES256' })
const authenticator = trusting(signer)
const optional = trusting(signer, { optional: true })
const anonymous = () => optional.authenticate(request())
const reader = () => letIn(authenticator, bearer(signer.token({ scope: 'read', sub: 'reader' })))
const writer = () => letIn(authenticator, bearer(signer.token({ scope: 'write', sub: 'writer' })))

describe('a guard on a request', () => {
  it('without an authenticator before it fails closed, and says what is missing', async () => {
    const refusal = await guardRequest({}, scope('read'))
    expect(refusal).toMatchObject({ status: 500, body: { code: 'authenticator_missing' } })
    expect(refusal!.body.detail).toMatch(/register jwtAuth\(\) ahead of this route/)
    expect(await authenticator.authorize(undefined, scope('read'))).toMatchObject({ status: 500 })
  })

  it('is not fooled by a foreign auth property', async () => {
    for (const auth of [{ subject: 'admin', scopes: ['read'] }, { type: 'authenticated' }, 'admin', true]) {
      expect(await guardRequest({ auth, user: auth }, scope('read'))).toMatchObject({ status: 500 })
    }
    expect.assertions(4)
  })

  it('judges what was attached', async () => {
    const req = {}
    attachOutcome(req, authenticator, await reader())
    expect(await guardRequest(req, scope('read'))).toBeUndefined()
    expect(await guardRequest(req, scope('write'))).toMatchObject({ status: 403 })
  })

  it('judges the nearest of several', async () => {
    const req = {}
    attachOutcome(req, authenticator, await reader())
    attachOutcome(req, authenticator, await writer())
    expect(await guardRequest(req, scope('write'))).toBeUndefined()
    expect(await guardRequest(req, scope('read'))).toMatchObject({ status: 403 })
  })

  it('asks an anonymous request for a credential', async () => {
    const req = {}
    attachOutcome(req, optional, await anonymous())
    expect(await guardRequest(req, scope('read'))).toMatchObject({
      status: 401,
      headers: { 'WWW-Authenticate': 'Bearer' },
      body: { code: 'credential_missing' },
    })
  })

  it('hands a refused outcome on as it is', async () => {
    const outcome = await authenticator.authenticate(request())
    expect(await authenticator.authorize(outcome, scope('read'))).toBe(
      outcome.type === 'refused' ? outcome.refusal : 'not refused',
    )
  })

  it('is not fooled by an outcome with a principal that no authenticator made', async () => {
    const principal = { subject: 'admin', scopes: ['read'], roles: [], claims: {} } as never
    const forged = { type: 'authenticated', principal, headers: {} } as const
    expect(await authenticator.authorize(forged, scope('read'))).toMatchObject({
      status: 500,
      body: { code: 'authenticator_missing' },
    })
  })

  it('publishes its refusals', async () => {
    const outcome = await reader()
    const events = listenTo('countersign:refused')
    await authenticator.authorize(outcome, scope('write'))
    expect(events.stop()).toEqual([{ code: 'scope_insufficient', status: 403, claim: undefined, cause: undefined }])
  })
})

describe('of()', () => {
  it('gives the principal that this very authenticator attached', async () => {
    const req = {}
    attachOutcome(req, authenticator, await reader())
    attachOutcome(req, optional, await writer())
    expect(principalOf(req, authenticator).subject).toBe('reader')
    expect(principalOf(req, optional).subject).toBe('writer')
    attachOutcome(req, authenticator, await writer())
    expect(principalOf(req, authenticator).subject).toBe('writer')
  })

  it('throws where there is none, and says why', async () => {
    const req = {}
    expect(() => principalOf(req, authenticator)).toThrow(/register this jwtAuth\(\) before the handler/)
    attachOutcome(req, optional, await anonymous())
    expect(() => principalOf(req, optional)).toThrow(/the request is anonymous/)
    expect(() => principalOf(req, authenticator)).toThrow(/register this jwtAuth\(\)/)
  })
})
