import { GOOD, type AppName } from '../apps.ts'
import { bearer, CLOSED, passes, refused, type Row } from '../row.ts'

/** Spellings of `/admin` that filters and routers have read differently. */
const adminSpellings = [
  '/%61dmin',
  '/adm%69n',
  '/%2561dmin',
  '//admin',
  '///admin',
  '/./admin',
  '/x/../admin',
  '/admin/',
  '/admin//',
  '/admin;x=1',
  '/;/admin',
  '/admin.js',
  '/admin.json',
  '/admin%00',
  '/admin%20',
  '/admin%2f',
  '/%2fadmin',
  '/ADMIN',
  '/Admin',
  '/admin?',
  '/admin?public',
  '/admin#/public',
  '/public/../admin',
  '/public/..;/admin',
  '/public%2f..%2fadmin',
  '/public/%2e%2e/admin',
  '/public;/../admin',
  '/public/admin',
  '/public//admin',
  '/admin/public',
  '/admin?/public',
  '/admin/..%2fpublic',
  String.raw`/\admin`,
  String.raw`/public\..\admin`,
  'http://localhost/admin',
  'http://localhost//admin',
  '/%c0%afadmin',
  '/admin%',
  '/%zzadmin',
]

/** Spellings of `/public`: a router may take them for it, or for nothing; never for a protected route. */
const publicSpellings = [
  '/%70ublic',
  '//public',
  '/public/',
  '/public;x=1',
  '/public.js',
  '/PUBLIC',
  '/public%2f',
  '/public?x=1',
]

const preflight: Row['request'] = {
  method: 'OPTIONS',
  headers: [
    ['Origin', 'https://attacker.test'],
    ['Access-Control-Request-Method', 'POST'],
    ['Access-Control-Request-Headers', 'authorization'],
  ],
}

const apps: readonly AppName[] = ['bearer', 'optional']

export const pathRows: readonly Row[] = [
  {
    title: '[D5] a public route is public',
    app: 'bearer',
    request: { target: '/public' },
    expect: passes(null, { handler: 'GET /public' }),
  },
  {
    title: '[D5] a public route does not judge credentials',
    app: 'bearer',
    request: { target: '/public', ...bearer('x.y.z') },
    expect: passes(null, { handler: 'GET /public' }),
  },
  {
    title: '[D5] a public POST route is public',
    app: 'bearer',
    request: { target: '/public', method: 'POST' },
    expect: passes(null, { handler: 'POST /public' }),
  },
  {
    title: '[D5] a method that a public route lacks is not let through',
    app: 'bearer',
    request: { target: '/public', method: 'DELETE' },
    expect: CLOSED,
  },
  {
    title: '[D5] a protected route is protected',
    app: 'bearer',
    request: { target: '/admin' },
    expect: refused('credential_missing'),
  },
  {
    title: '[D5] a protected route opens to a good token',
    app: 'bearer',
    request: { target: '/admin', ...bearer(GOOD) },
    expect: passes({}, { handler: 'GET /admin' }),
  },
  ...adminSpellings.map((target): Row => ({
    title: `[D5] no spelling of a protected path opens it: ${target}`,
    app: 'bearer',
    request: { target },
    expect: CLOSED,
  })),
  ...adminSpellings.map((target): Row => ({
    title: `[D5] [D2] no spelling of a path makes a bad token good: ${target}`,
    app: 'optional',
    request: { target, ...bearer('x.y.z') },
    expect: CLOSED,
  })),
  ...publicSpellings.map((target): Row => ({
    title: `[D5] a spelling of a public path opens nothing else: ${target}`,
    app: 'bearer',
    request: { target },
    expect: { status: [200, ...(CLOSED.status as number[])], handler: 'GET /public', handlerMayRun: true },
  })),
  ...apps.flatMap((app): Row[] => [
    {
      title: `[D5] HEAD on a protected route is judged like GET (${app})`,
      app,
      request: { method: 'HEAD', ...bearer('x.y.z') },
      expect: refused('token_malformed'),
    },
    {
      title: `[D5] HEAD on a protected route passes like GET (${app})`,
      app,
      request: { method: 'HEAD', ...bearer(GOOD) },
      expect: passes({ subject: 'user-1' }),
    },
  ]),
  {
    title: '[D3] OPTIONS with a handler is protected',
    app: 'bearer',
    request: { method: 'OPTIONS' },
    expect: refused('credential_missing'),
  },
  {
    title: '[D3] OPTIONS that poses as a preflight is protected',
    app: 'bearer',
    request: preflight,
    expect: refused('credential_missing'),
  },
  {
    title: '[D3] OPTIONS that poses as a preflight is closed where there is no route',
    app: 'bearer',
    request: { target: '/nothing', ...preflight },
    expect: CLOSED,
  },
  {
    title: '[D3] OPTIONS with a handler opens to a good token',
    app: 'bearer',
    request: { method: 'OPTIONS', ...bearer(GOOD) },
    expect: passes({}, { handler: 'OPTIONS /me' }),
  },
  {
    title: '[D3] OPTIONS with a bad token is refused where authentication is optional',
    app: 'optional',
    request: { method: 'OPTIONS', ...bearer('x.y.z', ['Access-Control-Request-Headers', 'authorization']) },
    expect: refused('token_malformed'),
  },
  ...['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override'].map((name): Row => ({
    title: `[D5] a method in the header ${name} opens nothing`,
    app: 'bearer',
    request: { method: 'POST', headers: [[name, 'OPTIONS']] },
    expect: refused('credential_missing'),
  })),
  ...['X-Original-URL', 'X-Rewrite-URL', 'X-Forwarded-Prefix'].map((name): Row => ({
    title: `[D5] a path in the header ${name} opens nothing`,
    app: 'bearer',
    request: { target: '/admin', headers: [[name, '/public']] },
    expect: refused('credential_missing'),
  })),
]
