import { check, scope, type Authenticator, type Outcome } from '@countersign/core'
import {
  adapterOf,
  auditMarkOf,
  createAdapter,
  createGuard,
  principalOf,
  type Adapter,
  type OnRefused,
  type Verdict,
} from '@countersign/core/adapter'
import { createSigner } from '@countersign/forge'
import { describe, expect, it } from 'vitest'
import { base, bearer, accept, request, trusting } from '../support/authenticate.ts'
import { listenTo } from '../support/listen.ts'

const signer = createSigner({ alg: 'ES256' })
const authenticator = trusting(signer)
const optional = trusting(signer, { optional: true })
const readerToken = signer.token({ scope: 'read', sub: 'reader' })
const writerToken = signer.token({ scope: 'write', sub: 'writer' })

function adapterFor(made: Authenticator, onRefused: OnRefused = 'respond'): Adapter<object> {
  return adapterOf(made, { property: 'auth', onRefused, currentPrincipal: false })
}
const adapter = adapterFor(authenticator)
const throwing = adapterFor(authenticator, 'throw')
const lenient = adapterFor(optional)

/** What a guard says, in a few words. */
async function guard(req: object, name: string, options = {}): Promise<string> {
  const verdict = await createGuard(scope(name), options).authorize(req)
  return describeVerdict(verdict)
}

function describeVerdict(verdict: Verdict): string {
  if (verdict.type === 'pass') return `pass ${verdict.principal?.subject}`
  return `${verdict.onRefused} ${verdict.refusal.status} ${verdict.refusal.body.code}`
}

describe('a guard on a request', () => {
  it('without an authenticator before it fails closed, and says what is missing', async () => {
    const verdict = await createGuard(scope('read')).authorize({})
    expect(describeVerdict(verdict)).toBe('respond 500 authenticator_missing')
    expect(verdict).toHaveProperty(
      'refusal.body.detail',
      expect.stringMatching(/register jwtAuth\(\) before this route/),
    )
    expect(await authenticator.authorize(undefined, scope('read'))).toMatchObject({ status: 500 })
  })

  it('is not fooled by a foreign auth property', async () => {
    for (const auth of [{ subject: 'admin', scopes: ['read'] }, { type: 'authenticated' }, 'admin', true]) {
      expect(await guard({ auth, user: auth }, 'read')).toBe('respond 500 authenticator_missing')
    }
    expect.assertions(4)
  })

  it('decides on what was attached, at once where no check has to wait', async () => {
    const req = {}
    await adapter.authenticate(req, bearer(readerToken))
    expect(await guard(req, 'read')).toBe('pass reader')
    expect(await guard(req, 'write')).toBe('respond 403 scope_insufficient')
    expect(createGuard(scope('read')).authorize(req)).not.toBeInstanceOf(Promise)
  })

  it('decides on the nearest of several', async () => {
    const req = {}
    await adapter.authenticate(req, bearer(readerToken))
    await adapter.authenticate(req, bearer(writerToken))
    expect(await guard(req, 'write')).toBe('pass writer')
    expect(await guard(req, 'read')).toBe('respond 403 scope_insufficient')
  })

  it('asks an anonymous request for a credential', async () => {
    const req = {}
    await lenient.authenticate(req, request())
    const verdict = await createGuard(scope('read')).authorize(req)
    expect(verdict).toMatchObject({ refusal: { status: 401, body: { code: 'credential_missing' } } })
    expect(verdict.headers).toContainEqual(['WWW-Authenticate', 'Bearer'])
  })

  it('follows the authenticator before it in what becomes of a refusal, unless it says otherwise', async () => {
    const req = {}
    await throwing.authenticate(req, bearer(readerToken))
    expect(await guard(req, 'write')).toBe('throw 403 scope_insufficient')
    expect(await guard(req, 'write', { onRefused: 'respond' })).toBe('respond 403 scope_insufficient')
    expect(await guard({}, 'write', { onRefused: 'throw' })).toBe('throw 500 authenticator_missing')
  })

  it('hands a check the request and the parameters of its route', async () => {
    const req = { params: { id: '7' } }
    await adapter.authenticate(req, bearer(readerToken))
    const seen: unknown[] = []
    const looks = check('looks', ({ subject }, { raw, params }) => seen.push(subject, raw, params) > 0)
    expect(describeVerdict(await createGuard(looks).authorize(req))).toBe('pass reader')
    expect(seen).toEqual(['reader', req, { id: '7' }])
  })

  it.each([
    [{ onRefuse: 'throw' }, '"onRefuse" does not exist: did you mean "onRefused"?'],
    [{ onRefused: 'ignore' }, '"onRefused" must be "respond" or "throw"'],
    [{ onRefused: () => undefined }, 'functions are not supported'],
    ['throw', '"options" must be an object, got a string'],
    [null, '"options" must be an object, got null'],
  ])('rejects the options %j', (options, message) => {
    expect(() => createGuard(scope('read'), options as never)).toThrow(message)
  })

  it.each(['orders:read', ['orders:read'], { kind: 'scope' }, undefined])(
    'rejects the requirement %j',
    (value) => {
      expect(() => createGuard(value as never)).toThrow('"requirement" needs requirements')
    },
  )

  it('hands a refused outcome on as it is', async () => {
    const outcome = await authenticator.authenticate(request())
    expect(await authenticator.authorize(outcome, scope('read'))).toBe(
      outcome.type === 'refused' ? outcome.refusal : 'not refused',
    )
  })

  it('is not fooled by an outcome with a principal that no authenticator made', async () => {
    const principal = { subject: 'admin', scopes: ['read'], roles: [], claims: {} } as never
    const forged: Outcome = { type: 'authenticated', principal, headers: [] }
    expect(await authenticator.authorize(forged, scope('read'))).toMatchObject({
      status: 500,
      body: { code: 'authenticator_missing' },
    })
  })

  it('publishes its refusals', async () => {
    const outcome = await accept(authenticator, bearer(readerToken))
    const events = listenTo('countersign:refused')
    await authenticator.authorize(outcome, scope('write'))
    expect(events.stop()).toEqual([
      { code: 'scope_insufficient', status: 403, claim: undefined, cause: undefined },
    ])
  })
})

describe('the verdict on a request', () => {
  it('attaches the principal, also where there is none', async () => {
    const req = { auth: 'of somebody else' }
    await lenient.authenticate(req, request())
    expect(req.auth).toBeUndefined()
    expect(describeVerdict(await lenient.authenticate(req, bearer(readerToken)))).toBe('pass reader')
    expect(req.auth).toMatchObject({ subject: 'reader' })
  })

  it('includes what the route requires', async () => {
    const ask = async (name: string) =>
      describeVerdict(await throwing.authenticate({}, bearer(readerToken), scope(name)))
    expect([await ask('read'), await ask('write')]).toEqual(['pass reader', 'throw 403 scope_insufficient'])
  })

  it('has the type of the document only where the adapter writes the document', async () => {
    const namesOf = async (one: Adapter<object>) =>
      (await one.authenticate({}, request())).headers.map(([name]) => name)
    expect(await namesOf(adapter)).toEqual(['Content-Type', 'Cache-Control', 'WWW-Authenticate'])
    expect(await namesOf(throwing)).toEqual(['Cache-Control', 'WWW-Authenticate'])
  })
})

describe('middleware for audits', () => {
  it('says what it does', () => {
    const requirement = scope('read')
    expect(auditMarkOf(createGuard(requirement).mark({}))).toEqual({ type: 'authorize', requirement })
    expect(auditMarkOf(adapter.publish({}))).toEqual({ type: 'authenticate' })
    expect(auditMarkOf({})).toBeUndefined()
  })
})

describe('[D4] the options of an adapter', () => {
  it.each([
    [null, '"options" must be an object, got null'],
    ['x', '"options" must be an object, got a string'],
    [{ ...base, properti: 'user' }, '"properti" does not exist'],
    [{ ...base, property: 'headers' }, '"property"'],
    [{ ...base, onRefused: 'ignore' }, '"onRefused"'],
    [{ ...base, onRefused: () => undefined }, 'functions are not supported'],
    [{ ...base, onExpired: () => undefined }, '"onExpired" does not exist'],
    [{ ...base, onError: () => undefined }, '"onError" does not exist'],
    [{ ...base, credentialsRequired: false }, '"credentialsRequired" does not exist'],
    [{ ...base, passthrough: true }, '"passthrough" does not exist'],
    [{ ...base, currentPrincipal: 'yes' }, '"currentPrincipal" must be true or false, got a string'],
  ])('%j are rejected', (options, message) => {
    expect(() => createAdapter(options as never)).toThrow(message)
  })
})

describe('of()', () => {
  const { of } = adapter.publish({})

  it('gives the principal that this very authenticator attached', async () => {
    const req = {}
    await adapter.authenticate(req, bearer(readerToken))
    await lenient.authenticate(req, bearer(writerToken))
    expect(of(req).subject).toBe('reader')
    expect(principalOf(req, optional).subject).toBe('writer')
    await adapter.authenticate(req, bearer(writerToken))
    expect(of(req).subject).toBe('writer')
  })

  it('throws where there is none, and says why', async () => {
    const req = {}
    expect(() => of(req)).toThrow(/register this jwtAuth\(\) before the handler/)
    await lenient.authenticate(req, request())
    expect(() => principalOf(req, optional)).toThrow(/the request is anonymous/)
    expect(() => of(req)).toThrow(/register this jwtAuth\(\)/)
  })
})
