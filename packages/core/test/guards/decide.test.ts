import {
  acr,
  allOf,
  anyOf,
  check,
  claim,
  maxAuthAge,
  not,
  role,
  scope,
  type AuthenticatorOptions,
  type Requirement,
} from '@countersign/core'
import { createSigner, fakeClock } from '@countersign/forge'
import { describe, expect, it } from 'vitest'
import { accept, bearer, trusting } from '../support/authenticate.ts'
import { listenTo } from '../support/listen.ts'
import { thenable } from '../support/thenable.ts'

const clock = fakeClock()
const signer = createSigner({ alg: 'ES256', now: clock.now })

/** What a guard answers for a token with these claims: `passes`, or status, code and the challenge's parameters. */
async function guard(
  requirement: Requirement,
  claims: Record<string, unknown> = {},
  options: Partial<AuthenticatorOptions> = {},
): Promise<string> {
  const authenticator = trusting(signer, { now: clock.now, ...options })
  const outcome = await accept(authenticator, bearer(signer.token(claims)))
  const refusal = await authenticator.authorize(outcome, requirement)
  if (refusal === undefined) return 'passes'
  const challenge = refusal.headers['WWW-Authenticate'] ?? ''
  const parameters = challenge.match(/(scope|acr_values|max_age)=("[^"]*"|\d+)/g) ?? []
  return [refusal.status, refusal.body.code, ...parameters].join(' ')
}

const LACKS_ROLE = '403 role_insufficient'
const FAILED = '403 requirement_failed'

describe('not() of a claim that is malformed', () => {
  const fromPath = { rolesFrom: ['roles', 'realm_access.roles'] }

  it.each<[string, Requirement, Record<string, unknown>]>([
    ...[42, {}, { guest: true }, null, true, ['guest', 1], [['guest']], [{ name: 'guest' }]].map(
      (roles) => [`roles ${JSON.stringify(roles)}`, not(role('guest')), { roles }] as never,
    ),
    [
      'roles in the wrong form beside good ones',
      not(role('guest')),
      { roles: ['user'], realm_access: { roles: 1 } },
    ],
    ['a path that ends early', not(role('guest')), { realm_access: 'guest' }],
    ['a path through a list', not(role('guest')), { realm_access: [{ roles: ['guest'] }] }],
    ...[42, {}, null, ['a', 1], 'b\ta', 'b "a"', ['b a']].map(
      (value) => [`scope ${JSON.stringify(value)}`, not(scope('a')), { scope: value }] as never,
    ),
    ['a flag as text', not(claim('banned', true)), { banned: 'true' }],
    ['a number as text', not(claim('level', 3)), { level: '3' }],
    ['a list for a text', not(claim('org', 'acme')), { org: ['acme'] }],
    ['null', not(claim('org', 'acme')), { org: null }],
    ['a path that ends early', not(claim('org.name', 'acme')), { org: 'acme' }],
    ['acr in a list', not(acr('gold')), { acr: ['gold'] }],
    ['auth_time as text', not(maxAuthAge(60)), { auth_time: '1' }],
    ['auth_time in milliseconds', not(maxAuthAge(60)), { auth_time: clock.now() }],
    ['one of several', not(anyOf(role('x'), claim('banned', true))), { banned: 'true' }],
    ['one of several, before another', not(anyOf(claim('banned', true), role('x'))), { banned: 1 }],
    ['all of several', not(allOf(claim('banned', true), role('x'))), { banned: 1 }],
    ['twice negated', not(not(role('guest'))), { roles: 42 }],
    ['thrice negated', not(not(not(role('guest')))), { roles: 42 }],
    [
      'behind a late check',
      not(
        anyOf(
          check('late', async () => false),
          role('guest'),
        ),
      ),
      { roles: 42 },
    ],
  ])('[V-35] fails closed: %s', async (_what, requirement, claims) => {
    expect(await guard(requirement, claims, fromPath)).toBe(FAILED)
  })

  it.each<[string, Requirement, Record<string, unknown>]>([
    ['no claim', not(role('guest')), {}],
    ['an empty list', not(role('guest')), { roles: [], realm_access: {} }],
    ['other names', not(role('guest')), { roles: 'user', realm_access: { roles: ['admin'] } }],
    ['another value', not(claim('banned', true)), { banned: false }],
    ['no value on the way', not(claim('org.name', 'acme')), { org: {} }],
    ['one alternative that holds', anyOf(role('guest'), not(claim('banned', true))), { roles: 42 }],
    ['a definite name beside what cannot be read', role('user'), { roles: ['user'], realm_access: 1 }],
  ])('[V-35] and passes where the claim can be read: %s', async (_what, requirement, claims) => {
    expect(await guard(requirement, claims, fromPath)).toBe('passes')
  })

  it('[V-35] and what is not negated is refused as ever', async () => {
    expect(await guard(role('guest'), { roles: 42 })).toBe(LACKS_ROLE)
    expect(await guard(anyOf(role('guest'), scope('a')), { roles: 42 })).toBe(LACKS_ROLE)
  })
})

describe('scope()', () => {
  it.each([
    [{ scope: 'a' }, 'passes'],
    [{ scope: 'b a c' }, 'passes'],
    [{ scope: '  a  ' }, 'passes'],
    [{ scp: ['a', 'b'] }, 'passes'],
    [{ scp: 'a' }, 'passes'],
    [{ scope: 'b', scp: ['a'] }, 'passes'],
    [{}, '403 scope_insufficient scope="a"'],
    [{ scope: '' }, '403 scope_insufficient scope="a"'],
    [{ scope: 'A' }, '403 scope_insufficient scope="a"'],
    [{ scope: 'b c' }, '403 scope_insufficient scope="a"'],
    [{ scope: 'b\ta' }, '403 scope_insufficient scope="a"'],
    [{ scope: 'b,a' }, '403 scope_insufficient scope="a"'],
    [{ scope: 'b\u00A0a' }, '403 scope_insufficient scope="a"'],
    [{ scp: ['b a'] }, '403 scope_insufficient scope="a"'],
    [{ scope: { a: true } }, '403 scope_insufficient scope="a"'],
    [{ scope: ['a', 1] }, '403 scope_insufficient scope="a"'],
    [{ scope: [['a']] }, '403 scope_insufficient scope="a"'],
    [{ permissions: ['a'] }, '403 scope_insufficient scope="a"'],
  ])('of one scope and a token with %j: %s', async (claims, said) => {
    expect(await guard(scope('a'), claims)).toBe(said)
  })

  it.each([
    'not-administrator',
    'administrator',
    'admi',
    'admin:read',
    'xadmin',
    'admin.',
    'ADMIN',
    'not admin2',
  ])('[C8] compares whole names: %j has no scope admin', async (held) => {
    expect(await guard(scope('admin'), { scope: held })).toBe('403 scope_insufficient scope="admin"')
    expect(await guard(role('admin'), { roles: [held] })).toBe(LACKS_ROLE)
  })

  it('[C9] with several names, in either spelling, asks for all of them', async () => {
    for (const requirement of [scope('a', 'b'), scope('a b'), scope(' b  a ')]) {
      expect(await guard(requirement, { scope: 'a b' })).toBe('passes')
      expect(await guard(requirement, { scope: 'a' })).toMatch(/^403 scope_insufficient scope="(a b|b a)"$/)
      expect(await guard(requirement, { scope: 'b' })).toMatch(/^403 scope_insufficient scope="(a b|b a)"$/)
    }
    expect.assertions(18)
  })

  it('[C8] is not ended early by a claim of another type', async () => {
    const requirement = allOf(claim('tags', 'x'), scope('admin'))
    expect(await guard(requirement, { tags: ['x'], scope: 'admin' })).toBe(FAILED)
    expect(await guard(requirement, { tags: ['x'] })).toBe(FAILED)
    expect(await guard(allOf(scope('a'), scope('b')), { scope: ['a'] })).toBe(
      '403 scope_insufficient scope="a b"',
    )
  })
})

describe('role()', () => {
  it.each([
    [{ roles: ['admin', 'x'] }, 'passes'],
    [{ roles: 'admin' }, 'passes'],
    [{ roles: ['x'] }, LACKS_ROLE],
    [{ roles: 'admin x' }, LACKS_ROLE],
    [{ roles: { admin: true } }, LACKS_ROLE],
    [{ roles: [] }, LACKS_ROLE],
    [{ roles: null }, LACKS_ROLE],
    [{ groups: ['admin'] }, LACKS_ROLE],
    [{}, LACKS_ROLE],
  ])('of one role and a token with %j: %s', async (claims, said) => {
    expect(await guard(role('admin'), claims)).toBe(said)
  })

  it('[C9] with several names asks for all of them; one of several is anyOf', async () => {
    expect(await guard(role('a', 'b'), { roles: ['a', 'b'] })).toBe('passes')
    expect(await guard(role('a', 'b'), { roles: ['a'] })).toBe(LACKS_ROLE)
    expect(await guard(anyOf(role('a'), role('b')), { roles: ['b'] })).toBe('passes')
  })

  it('with spaces in its name is one role', async () => {
    expect(await guard(role('Site Admin'), { roles: 'Site Admin' })).toBe('passes')
    expect(await guard(role('Site'), { roles: 'Site Admin' })).toBe(LACKS_ROLE)
    expect(await guard(role('Site Admin'), { roles: ['Site', 'Admin'] })).toBe(LACKS_ROLE)
  })
})

describe('claim()', () => {
  it.each([
    [claim('org', 'acme'), { org: 'acme' }, 'passes'],
    [claim('org', 'acme'), { org: 'ACME' }, FAILED],
    [claim('org', 'acme'), { org: ['acme'] }, FAILED],
    [claim('org', 'acme'), {}, FAILED],
    [claim('level', 1), { level: 1 }, 'passes'],
    [claim('level', 1), { level: '1' }, FAILED],
    [claim('level', 1), { level: true }, FAILED],
    [claim('mfa', true), { mfa: true }, 'passes'],
    [claim('mfa', true), { mfa: 'true' }, FAILED],
    [claim('mfa', false), { mfa: 0 }, FAILED],
    [claim('mfa', false), {}, FAILED],
    [claim('a.b', 'x'), { a: { b: 'x' } }, 'passes'],
    [claim('a.b', 'x'), { 'a.b': 'x' }, FAILED],
    [claim(['a.b'], 'x'), { 'a.b': 'x' }, 'passes'],
    [claim('urn:a.b', 'x'), { 'urn:a.b': 'x' }, 'passes'],
    [claim('a.0', 'x'), { a: ['x'] }, 'passes'],
    [claim('toString', 'x'), {}, FAILED],
    [claim('a.constructor.name', 'Object'), { a: {} }, FAILED],
    [claim('a.length', 1), { a: 'x' }, FAILED],
    [claim('__proto__.x', 1), {}, FAILED],
  ])('%o and a token with %j: %s', async (requirement, claims, said) => {
    expect(await guard(requirement, claims)).toBe(said)
  })
})

describe('acr() and maxAuthAge()', () => {
  const lacksAcr = '401 authentication_insufficient acr_values="gold silver"'

  it.each([
    [{ acr: 'gold' }, 'passes'],
    [{ acr: 'silver' }, 'passes'],
    [{ acr: 'bronze' }, lacksAcr],
    [{ acr: ['gold'] }, lacksAcr],
    [{ acr: 1 }, lacksAcr],
    [{}, lacksAcr],
  ])('[V-17] one of two classes and a token with %j: %s', async (claims, said) => {
    expect(await guard(acr('gold', 'silver'), claims)).toBe(said)
  })

  const now = clock.seconds()
  const tooOld = '401 authentication_insufficient max_age=300'

  it.each([
    [now, 'passes'],
    [now - 300, 'passes'],
    [now - 301, tooOld],
    [now + 60, 'passes'],
    [now + 61, tooOld],
    [0, tooOld],
    [undefined, tooOld],
    [String(now), tooOld],
    [null, tooOld],
    [[now], tooOld],
  ])('[V-17] at most 300 s ago and auth_time %j: %s', async (authTime, said) => {
    expect(await guard(maxAuthAge(300), { auth_time: authTime })).toBe(said)
  })

  it('[V-17] answers a challenge by RFC 9470', async () => {
    const authenticator = trusting(signer, { now: clock.now, realm: 'api' })
    const outcome = await accept(authenticator, bearer(signer.token()))
    const refusal = await authenticator.authorize(outcome, allOf(acr('gold'), maxAuthAge(60)))
    expect(refusal!.headers['WWW-Authenticate']).toBe(
      'Bearer realm="api", error="insufficient_user_authentication", ' +
        'error_description="A more recent or stronger authentication is required.", acr_values="gold"',
    )
  })
})

describe('combinations', () => {
  const yes = check('yes', () => true)
  const no = check('no', () => false)
  const late = check('late', () => Promise.resolve(true))
  const lateNo = check('late no', () => Promise.resolve(false))
  const broken = check('broken', () => {
    throw new Error('db down')
  })
  const FAULT = '500 internal_error'

  it.each<[string, Requirement, string]>([
    ['allOf(yes, late)', allOf(yes, late), 'passes'],
    ['allOf(late, no)', allOf(late, no), FAILED],
    ['allOf(yes, lateNo, yes)', allOf(yes, lateNo, yes), FAILED],
    ['allOf(no, broken)', allOf(no, broken), FAILED],
    ['allOf(late, broken)', allOf(late, broken), FAULT],
    ['anyOf(no, late)', anyOf(no, late), 'passes'],
    ['anyOf(lateNo, yes)', anyOf(lateNo, yes), 'passes'],
    ['anyOf(lateNo, no)', anyOf(lateNo, no), FAILED],
    ['anyOf(yes, broken)', anyOf(yes, broken), 'passes'],
    ['anyOf(late, broken)', anyOf(late, broken), 'passes'],
    ['anyOf(no, broken, yes)', anyOf(no, broken, yes), FAULT],
    ['anyOf(lateNo, broken, yes)', anyOf(lateNo, broken, yes), FAULT],
    ['not(no)', not(no), 'passes'],
    ['not(yes)', not(yes), FAILED],
    ['not(lateNo)', not(lateNo), 'passes'],
    ['not(late)', not(late), FAILED],
    ['not(broken)', not(broken), FAULT],
    ['not(not(broken))', not(not(broken)), FAULT],
    ['not(anyOf(no, broken))', not(anyOf(no, broken)), FAULT],
    ['not(allOf(yes, no))', not(allOf(yes, no)), 'passes'],
    ['not(role) without the role', not(role('guest')), 'passes'],
    ['not(acr) without it', not(acr('gold')), 'passes'],
    ['anyOf(role, scope) says what the first lacks', anyOf(role('a'), scope('b')), LACKS_ROLE],
    [
      'anyOf(scope, role) asks for the scope',
      anyOf(scope('b'), role('a')),
      '403 scope_insufficient scope="b"',
    ],
    [
      'allOf(scopes) asks for all at once',
      allOf(scope('a'), yes, scope('b')),
      '403 scope_insufficient scope="a b"',
    ],
    ['anyOf(scopes) asks for the first', anyOf(scope('a'), scope('b')), '403 scope_insufficient scope="a"'],
    ['not(scope) asks for nothing', not(not(scope('b'))), FAILED],
  ])('%s', async (_text, requirement, said) => {
    expect(await guard(requirement)).toBe(said)
  })
})

describe('check()', () => {
  it('that fails late leaves what a refusal asks for to the first alternative', async () => {
    const late = check('late', () => Promise.resolve(false))
    expect(await guard(anyOf(role('x'), late))).toBe(LACKS_ROLE)
    expect(await guard(anyOf(late, role('x')))).toBe(FAILED)
    expect(await guard(anyOf(role('x'), late, scope('a')))).toBe(LACKS_ROLE)
  })

  it('sees the principal', async () => {
    const seen: unknown[] = []
    await guard(
      check('look', (principal) => seen.push([principal.subject, principal.claims['org']]) > 0),
      { org: 'a' },
    )
    expect(seen).toEqual([['user-1', 'a']])
  })

  it.each([[undefined], [null], [1], [0], ['true'], [''], [{}], [[]]])(
    'that answers %j is our fault: 500, not let in',
    async (answer) => {
      for (const decide of [() => answer, () => Promise.resolve(answer)]) {
        expect(await guard(check('odd', decide as unknown as () => boolean))).toBe('500 internal_error')
      }
      expect.assertions(4)
    },
  )

  it.each([
    [
      'throws',
      () => {
        throw new Error('db down')
      },
    ],
    ['rejects', () => Promise.reject(new Error('db down'))],
  ])('that %s is our fault: 500, and the cause goes to the event only', async (_what, fail) => {
    const events = listenTo('countersign:refused')
    expect(await guard(check('db', fail))).toBe('500 internal_error')
    expect(events.stop()).toMatchObject([{ code: 'internal_error', cause: new Error('db down') }])
  })

  it('may answer by any thenable', async () => {
    const answer = () => thenable<boolean>((resolve) => resolve(true)) as Promise<boolean>
    expect(await guard(check('query builder', answer))).toBe('passes')
  })
})

describe('what is no requirement', () => {
  it.each([
    [{}],
    [{ kind: 'scopes', scopes: ['a'] }],
    [{ kind: 'constructor' }],
    [{ kind: 'scope' }],
    [{ kind: 'scope', scopes: 'admin' }],
    [{ kind: 'role', roles: [] }],
    [{ kind: 'allOf', requirements: [] }],
    [{ kind: 'allOf', requirements: [{ kind: 'nonsense' }] }],
    [{ kind: 'not', requirement: { kind: 'nonsense' } }],
    [null],
    [undefined],
    ['scope'],
    [() => true],
  ])('lets nobody pass: %o', async (value) => {
    expect(await guard(value as unknown as Requirement, { scope: 'admin' })).toBe('500 internal_error')
  })
})
