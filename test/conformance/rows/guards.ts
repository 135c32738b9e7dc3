import { GOOD, type AppName } from '../apps.ts'
import { es256, NOW } from '../issuers.ts'
import { bearer, passes, refused, thrown, type Expectation, type Row } from '../row.ts'

/** A row about a guarded route and the claims that it judges. */
function row(title: string, path: string, claims: Record<string, unknown>, expect: Expectation): Row {
  return { title, app: 'bearer', request: { target: path, ...bearer(es256.token(claims)) }, expect }
}

const runs = (path: string) => passes({}, { handler: `GET ${path}` })
const noScope = (scopes: string) => refused('scope_insufficient', { challenge: `scope="${scopes}"` })
const noRole = refused('role_insufficient')
const stepUp = (challenge: string) => refused('authentication_insufficient', { challenge })

const scopeRows: readonly Row[] = [
  row('[V-11] a scope that is there passes', '/scope', { scope: 'openid orders:read' }, runs('/scope')),
  row('[V-11] a scope that lacks is 403 and named', '/scope', { scope: 'openid' }, noScope('orders:read')),
  row('[V-11] a token without scopes has none', '/scope', {}, noScope('orders:read')),
  ...[
    ['a longer name', 'not-administrator'],
    ['a longer name at the front', 'administrator'],
    ['another case', 'Admin'],
    ['a list joined by commas', 'read,admin'],
    ['a list joined by tabs', 'read\tadmin'],
  ].map(([title, scope]) =>
    row(
      `[C8] a scope is a whole name, never a substring: ${title}`,
      '/scope-admin',
      { scope },
      noScope('admin'),
    ),
  ),
  row(
    '[C8] a scope in a list is a whole name',
    '/scope-admin',
    { scp: ['not-administrator', 'admin x'] },
    noScope('admin'),
  ),
  row('[C8] a list of scopes passes', '/scope-admin', { scp: ['read', 'admin'] }, runs('/scope-admin')),
  row(
    '[C8] scope and scp are read together',
    '/scope-admin',
    { scope: 'read', scp: ['admin'] },
    runs('/scope-admin'),
  ),
  ...[{ admin: true }, 1, true, null, ['admin', 1], [['admin']]].map((scope) =>
    row(
      `[C8] scopes of another type are none: ${JSON.stringify(scope)}`,
      '/scope-admin',
      { scope },
      noScope('admin'),
    ),
  ),
  ...['/scopes-two-arguments', '/scopes-one-text'].flatMap((path) => [
    row(
      `[C9] both scopes are asked for: ${path} with one`,
      path,
      { scope: 'orders:read' },
      noScope('orders:read orders:write'),
    ),
    row(
      `[C9] both scopes are asked for: ${path} with the other`,
      path,
      { scope: 'orders:write' },
      noScope('orders:read orders:write'),
    ),
    row(
      `[C9] both scopes are asked for: ${path} with both`,
      path,
      { scope: 'orders:write orders:read' },
      runs(path),
    ),
  ]),
]

const otherRows: readonly Row[] = [
  row('[V-22] a role that is there passes', '/role', { roles: ['editor', 'admin'] }, runs('/role')),
  row('[V-22] a role that lacks is 403', '/role', { roles: ['editor'] }, noRole),
  row('[C8] a role is a whole name', '/role', { roles: 'not-admin' }, noRole),
  row('[C8] roles are not split at spaces', '/role', { roles: 'guest admin' }, noRole),
  row('[V-22] a claim of this value passes', '/claim', { org: 'acme' }, runs('/claim')),
  ...['Acme', ['acme'], { acme: true }, null, undefined].map((org) =>
    row(
      `[V-22] a claim of another value is 403: ${JSON.stringify(org)}`,
      '/claim',
      { org },
      refused('requirement_failed'),
    ),
  ),
  row('[V-17] one of the classes passes', '/acr', { acr: 'urn:acr:silver' }, runs('/acr')),
  ...['urn:acr:bronze', 'urn:acr:gold2', ['urn:acr:gold'], undefined].map((acr) =>
    row(
      `[V-17] a weaker authentication is asked to step up: ${JSON.stringify(acr)}`,
      '/acr',
      { acr },
      stepUp('acr_values="urn:acr:gold urn:acr:silver"'),
    ),
  ),
  row('[V-17] a recent authentication passes', '/fresh', { auth_time: NOW - 300 }, runs('/fresh')),
  ...[NOW - 301, 0, `${NOW}`, null, undefined, NOW + 3_600].map((time) =>
    row(
      `[V-17] no recent authentication is asked to step up: ${JSON.stringify(time)}`,
      '/fresh',
      { auth_time: time },
      stepUp('max_age=300'),
    ),
  ),
  row('[V-22] any: the second alternative passes', '/any', { scope: 'orders:read' }, runs('/any')),
  row('[V-22] any: none is refused as the first', '/any', {}, noRole),
  row('[V-22] all: both pass', '/all', { scope: 'orders:read', roles: ['admin'] }, runs('/all')),
  row('[V-22] all: one lacks', '/all', { roles: ['admin'] }, noScope('orders:read')),
  row('[V-22] not: passes without', '/not', { roles: ['editor'] }, runs('/not')),
  row('[V-22] not: refused with', '/not', { roles: ['guest'] }, refused('requirement_failed')),
  ...['/check', '/check-later'].flatMap((path) => [
    row(`[V-22] ${path} that says yes passes`, path, {}, runs(path)),
    row(`[V-22] ${path} that says no is 403`, path, { sub: 'user-2' }, refused('requirement_failed')),
  ]),
  row(
    '[D6] a check that throws is 500 and its message stays here',
    '/check-throws',
    {},
    refused('internal_error'),
  ),
  row(
    '[D4] a check that says neither yes nor no lets nobody in',
    '/check-odd',
    {},
    refused('internal_error'),
  ),
  {
    title: '[V-11] a guard refuses who has no credential like the authenticator does',
    app: 'optional',
    request: { target: '/scope' },
    expect: refused('credential_missing'),
  },
  {
    title: '[V-22] roles are read from where the policy says',
    app: 'roles',
    request: bearer(
      es256.token({ realm_access: { roles: ['a'] }, 'https://acme.test/roles': ['b'], roles: ['c'] }),
    ),
    expect: passes({ roles: ['a', 'b'] }),
  },
  {
    title: '[V-11] [V-22] the realm of the policy stands in a guard’s challenge',
    app: 'realm',
    request: { target: '/scope', ...bearer(GOOD) },
    expect: refused('scope_insufficient', { realm: 'orders', challenge: 'scope="orders:read"' }),
  },
]

const otherAppRows: readonly Row[] = [
  ...['/scope', '/role', '/check'].flatMap((target): Row[] => [
    {
      title: `[V-22] a guard without an authenticator is closed: ${target}`,
      app: 'unguarded',
      request: { target },
      expect: refused('authenticator_missing'),
    },
    {
      title: `[V-22] a guard without an authenticator is closed, whatever the token: ${target}`,
      app: 'unguarded',
      request: { target, ...bearer(es256.token({ scope: 'orders:read', roles: ['admin'] })) },
      expect: refused('authenticator_missing'),
    },
  ]),
  {
    title: '[D4] [V-22] the error channel gets the refusal of the authenticator',
    app: 'thrown',
    request: bearer('x.y.z'),
    expect: thrown(refused('token_malformed')),
  },
  {
    title: '[V-22] the error channel gets the refusal where there is no credential',
    app: 'thrown',
    request: {},
    expect: thrown(refused('credential_missing')),
  },
  {
    title: '[V-22] the error channel gets the refusal of a guard',
    app: 'thrown',
    request: { target: '/scope', ...bearer(GOOD) },
    expect: thrown(refused('scope_insufficient', { challenge: 'scope="orders:read"' })),
  },
  {
    title: '[V-22] a good token passes where refusals are thrown',
    app: 'thrown',
    request: bearer(GOOD),
    expect: passes(),
  },
  {
    title: '[V-22] the principal is attached under another name',
    app: 'renamed',
    request: bearer(GOOD),
    expect: passes({ subject: 'user-1' }),
  },
  {
    title: '[V-22] guards find the principal under another name',
    app: 'renamed',
    request: { target: '/scope', ...bearer(es256.token({ scope: 'orders:read' })) },
    expect: runs('/scope'),
  },
  {
    title: '[V-22] a foreign principal does not satisfy a guard: nobody authenticated',
    app: 'foreignUnguarded',
    request: { target: '/scope' },
    expect: refused('authenticator_missing'),
  },
  {
    title: '[V-22] a foreign principal does not satisfy a guard: anonymous',
    app: 'foreign',
    request: { target: '/scope' },
    expect: refused('credential_missing'),
  },
  {
    title: '[V-22] a foreign principal does not satisfy a guard: somebody else',
    app: 'foreign',
    request: { target: '/role', ...bearer(GOOD) },
    expect: noRole,
  },
  {
    title: '[V-22] a foreign principal is not left standing for an anonymous request',
    app: 'foreign',
    request: {},
    expect: passes(null),
  },
  {
    title: '[V-22] a foreign principal gives way to ours',
    app: 'foreign',
    request: bearer(GOOD),
    expect: passes({ subject: 'user-1' }),
  },
  ...(['bearer', 'exposed'] as const).map((app: AppName): Row => ({
    title: `[D6] the raw token is on the principal only where asked for: ${app}`,
    app,
    request: bearer(GOOD),
    expect: passes({ token: (app === 'exposed' ? GOOD : undefined) as string }),
  })),
]

const optionalRows: readonly Row[] = [
  { title: '[D2] optional: no credential is anonymous', app: 'optional', request: {}, expect: passes(null) },
  {
    title: '[D2] optional: another scheme is anonymous',
    app: 'optional',
    request: { headers: [['Authorization', 'Basic dXNlcjpwYXNz']] },
    expect: passes(null),
  },
  {
    title: '[D2] optional: a good token is somebody',
    app: 'optional',
    request: bearer(GOOD),
    expect: passes({ subject: 'user-1' }),
  },
  {
    title: '[D2] optional: a malformed credential is refused',
    app: 'optional',
    request: { headers: [['Authorization', 'Bearer']] },
    expect: refused('credential_malformed'),
  },
  {
    title: '[D2] optional: two credentials are refused',
    app: 'optional',
    request: {
      headers: [
        ['Authorization', `Bearer ${GOOD}`],
        ['Authorization', `Bearer ${GOOD}`],
      ],
    },
    expect: refused('credential_ambiguous'),
  },
  {
    title: '[D2] optional: a bad token is refused',
    app: 'optional',
    request: bearer('x.y.z'),
    expect: refused('token_malformed'),
  },
  {
    title: '[D2] optional: an expired token is refused',
    app: 'optional',
    request: bearer(es256.token({ exp: NOW - 60 })),
    expect: refused('token_expired', { claim: 'exp' }),
  },
]

export const guardRows: readonly Row[] = [...scopeRows, ...otherRows, ...otherAppRows, ...optionalRows]
