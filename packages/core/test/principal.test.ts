import {
  claim,
  isAuthError,
  isPrincipal,
  not,
  OptionError,
  role,
  type AuthenticatorOptions,
} from '@countersign/core'
import { createSigner, fakeClock } from '@countersign/forge'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { bearer, accept, principalFor, request, trusting } from './support/authenticate.ts'

const clock = fakeClock()
const signer = createSigner({ alg: 'ES256', kid: 'k1', now: clock.now })

function principal(claims: Record<string, unknown>, options: Partial<AuthenticatorOptions> = {}) {
  return principalFor(trusting(signer, { now: clock.now, ...options }), signer.token(claims))
}

describe('a principal', () => {
  it('[V-9] says who it is: issuer and subject, and what came with them', async () => {
    const claims = { sub: 'alice', jti: 'j1', sid: 's1', scope: 'read write', roles: ['admin'], org: 'acme' }
    expect(await principal(claims)).toEqual({
      subject: 'alice',
      issuer: 'https://idp.test',
      scopes: ['read', 'write'],
      roles: ['admin'],
      claims: { ...signer.claims(), ...claims },
      carrier: 'header',
      expiresAt: (clock.seconds() + 300) * 1_000,
      tokenId: 'j1',
      sessionId: 's1',
    })
  })

  it('is frozen, and so are its claims and lists, all the way down', async () => {
    const made = await principal({ scope: 'a', roles: ['b'], org: { teams: [{ name: 'x' }] } })
    const org = made.claims['org'] as { teams: object[] }
    for (const part of [made, made.scopes, made.roles, made.claims, org, org.teams, org.teams[0]]) {
      expect(Object.isFrozen(part)).toBe(true)
    }
    const none = await principal({})
    expect([Object.isFrozen(none.scopes), Object.isFrozen(none.roles)]).toEqual([true, true])
  })

  it('keeps a claim called __proto__ as a claim', async () => {
    const payload = JSON.stringify(signer.claims()).replace('{', '{"__proto__":{"admin":true},')
    const made = await principalFor(
      trusting(signer, { now: clock.now }),
      signer.raw('{"alg":"ES256","kid":"k1"}', payload),
    )
    expect(Object.getPrototypeOf(made.claims)).toBe(Object.prototype)
    expect(made.claims['admin']).toBeUndefined()
    expect(({} as Record<string, unknown>)['admin']).toBeUndefined()
  })

  it('is made of a token that came by another way than a request, too', async () => {
    const outcome = await trusting(signer, { now: clock.now }).authenticateToken(signer.token())
    expect(outcome).toMatchObject({
      type: 'authenticated',
      principal: { subject: 'user-1', carrier: undefined },
    })
  })
})

describe('scopesFrom and rolesFrom', () => {
  it.each<[NonNullable<AuthenticatorOptions['scopesFrom']>, Record<string, unknown>, string[]]>([
    ['permissions', { permissions: ['a', 'b'], scope: 'c' }, ['a', 'b']],
    [['scope', 'permissions'], { permissions: ['a', 'b'], scope: 'c a' }, ['c', 'a', 'b']],
    ['a.b', { a: { b: 'x y' } }, ['x', 'y']],
    ['a.b', { 'a.b': 'x' }, []],
    [[['a.b']], { 'a.b': 'x' }, ['x']],
    [[['a', 'b.c']], { a: { 'b.c': 'x' } }, ['x']],
    ['https://acme.test/scopes', { 'https://acme.test/scopes': ['x'] }, ['x']],
    ['scope', { scope: 5 }, []],
    ['scope', { scope: ['a', 5] }, []],
    ['scope', { scope: null }, []],
    ['a.b', { a: null }, []],
    ['a.b', { a: 'text' }, []],
    ['a.0', { a: ['x'] }, ['x']],
    ['a.length', { a: ['x'] }, []],
    ['constructor.name', {}, []],
  ])('scopes from %j of %j are %j', async (scopesFrom, claims, scopes) => {
    expect((await principal(claims, { scopesFrom })).scopes).toEqual(scopes)
  })

  it.each<[NonNullable<AuthenticatorOptions['rolesFrom']>, Record<string, unknown>, string[]]>([
    ['realm_access.roles', { realm_access: { roles: ['a', 'b'] } }, ['a', 'b']],
    ['cognito:groups', { 'cognito:groups': ['a'] }, ['a']],
    ['groups', { groups: 'Site Admin' }, ['Site Admin']],
    ['groups', { groups: '' }, []],
    [['roles', 'groups'], { roles: ['a', 'b'], groups: ['b', 'c'] }, ['a', 'b', 'c']],
    [['roles', 'groups'], { groups: ['c'] }, ['c']],
    ['resource_access.my-app.roles', { resource_access: { 'my-app': { roles: ['x'] } } }, ['x']],
  ])('roles from %j of %j are %j', async (rolesFrom, claims, roles) => {
    expect((await principal(claims, { rolesFrom })).roles).toEqual(roles)
  })

  it('are decided by the path alone, never by what the token happens to have', async () => {
    const claims = { 'realm_access.roles': ['admin'], realm_access: { roles: ['user'] } }
    expect((await principal(claims, { rolesFrom: 'realm_access.roles' })).roles).toEqual(['user'])
  })
})

describe('a claim that the token does not have', () => {
  it('is not read from a polluted prototype: neither roles nor what guards compare', async () => {
    const authenticator = trusting(signer, { now: clock.now, rolesFrom: ['polluted', 'org.polluted'] })
    const polluted = { value: 'admin', configurable: true }
    // oxlint-disable-next-line eslint/no-extend-native -- that is what pollution is
    Object.defineProperty(Object.prototype, 'polluted', polluted)
    try {
      const outcome = await accept(authenticator, bearer(signer.token({ org: {} })))
      expect(outcome.principal.roles).toEqual([])
      expect(await authenticator.authorize(outcome, claim('polluted', 'admin'))).toMatchObject({
        status: 403,
      })
    } finally {
      Reflect.deleteProperty(Object.prototype, 'polluted')
    }
  })
})

describe('exposeToken', () => {
  const token = signer.token()

  it('puts the raw token on the principal, where it is not logged by accident', async () => {
    const authenticator = trusting(signer, { now: clock.now, exposeToken: true })
    const { principal: made } = await accept(authenticator, bearer(token))
    expect(made.token).toBe(token)
    expect(Object.keys(made)).not.toContain('token')
    expect(JSON.stringify(made)).not.toContain(token)
    expect(inspect(made, { depth: Infinity })).not.toContain(token)
    expect({ ...made }.token).toBeUndefined()
  })

  it('is off by default: nothing of the request holds the token', async () => {
    const outcome = await trusting(signer, { now: clock.now }).authenticate(bearer(token))
    expect(outcome).not.toHaveProperty('principal.token')
    const all = inspect(outcome, { depth: Infinity, showHidden: true })
    for (const part of token.split('.')) expect(all).not.toContain(part)
  })
})

describe('isPrincipal', () => {
  it('knows those that an authenticator made', async () => {
    expect(isPrincipal(await principal({}))).toBe(true)
  })

  it('is not fooled by foreign objects', async () => {
    const real = await principal({})
    const foreign: unknown[] = [
      undefined,
      null,
      'admin',
      1,
      true,
      {},
      [],
      () => real,
      { ...real },
      structuredClone(real),
      JSON.parse(JSON.stringify(real)),
      { subject: 'admin', issuer: 'x', scopes: [], roles: [], claims: {} },
      { sub: 'admin', '@countersign/principal': {} },
      { [Symbol('@countersign/principal')]: {} },
      { [Symbol.for('@countersign/principal')]: true },
      request(),
    ]
    for (const value of foreign) expect(isPrincipal(value)).toBe(false)
    expect.assertions(1 + foreign.length)
  })

  it('[V-33] says false of copies and proxies, and never throws', async () => {
    const real = await principal({})
    const throwing = (): never => {
      throw new Error('do not look')
    }
    const traps = {
      get: throwing,
      has: throwing,
      getPrototypeOf: throwing,
      getOwnPropertyDescriptor: throwing,
    }
    const { proxy: revoked, revoke } = Proxy.revocable(real, {})
    revoke()
    const prototype: object = Object.getPrototypeOf(real)
    const copies: Record<string, unknown> = {
      clone: Object.assign(Object.create(prototype), real),
      'clone with descriptors': Object.create(prototype, Object.getOwnPropertyDescriptors(real)),
      heir: Object.create(real),
      prototype,
      proxy: new Proxy(real, {}),
      'proxy of a proxy': new Proxy(new Proxy(real, {}), {}),
      'proxy that answers from behind': new Proxy(real, { get: (target, name) => Reflect.get(target, name) }),
      'proxy of something else': new Proxy({}, { get: (_target, name) => Reflect.get(real, name) }),
      'proxy that throws': new Proxy(real, traps),
      'revoked proxy': revoked,
      'object that throws': Object.defineProperty({}, Symbol.for('@countersign/principal'), {
        get: throwing,
      }),
    }
    const said = Object.entries(copies).map(([name, value]) => [name, isPrincipal(value)])
    expect(said).toEqual(Object.keys(copies).map((name) => [name, false]))
    expect(isAuthError(revoked)).toBe(false)
    expect(isAuthError(copies['proxy that throws'])).toBe(false)
    expect(() => not(revoked as never)).toThrow(OptionError)
  })

  it('[V-33] and no guard lets a copy pass', async () => {
    const authenticator = trusting(signer, { now: clock.now })
    const outcome = await accept(authenticator, bearer(signer.token({ roles: ['admin'] })))
    const principalProxy = new Proxy(outcome.principal, {})
    expect(await authenticator.authorize(outcome, role('admin'))).toBeUndefined()
    const refusal = await authenticator.authorize({ ...outcome, principal: principalProxy }, role('admin'))
    expect(refusal).toMatchObject({ status: 500, body: { code: 'authenticator_missing' } })
  })
})
