import { createAuthenticator, role, type Principal } from '@countersign/core'
import { createIssuer, fileKeyStore } from '@countersign/issuer'
import { createSessions } from '@countersign/sessions'
import { createDeadlines, memoryStore } from '@countersign/stores'
import { createTestIssuer, fakeClock } from '@countersign/testing'
import { createTestStore } from '@countersign/testing/stores'
import { createSession } from '@countersign/client'
import { methodsOf } from './public-api.ts'

/** How a function is called that takes an object whose members we define. */
export interface Call {
  /** A good input, with every member that is itself such an object. */
  readonly input: object
  readonly call: (input: never) => unknown
  /** Members that hold objects of somebody else: claims, stores, clocks. */
  readonly open?: readonly string[]
}

/** Why a function has no row: it takes nothing that has names of ours. */
export type NoNames = string

const SECRET = 'Xq2vK9wZ4mB7nL1pR8tY5uH3gF6dS0aJcE2iO4kQ'
const ORIGIN = 'https://app.test'
const bytes = Buffer.from(SECRET.slice(0, 32))
const store = memoryStore()
const policy = { issuer: ORIGIN, audience: ORIGIN }
const issuer = createIssuer({ ...policy, clientId: 'web', store })
const sessions = createSessions({ issuer: ORIGIN, origin: ORIGIN, secrets: [SECRET], store })
const started = await sessions.start({ subject: 'user-1' })
const idp = await createTestIssuer()
const testStore = createTestStore()
const login = (): undefined => undefined
const encryptTo = { key: bytes, algorithm: 'dir', encryption: 'A256GCM', keyId: 'k' }
const token = { audience: ORIGIN, clientId: 'web', scope: 'a', roles: ['a'], claims: {}, expiresIn: 60 }
const access = { subject: 'user-1', ...token, actor: { subject: 'user-2' } }
const owner = { subject: 'user-1', tenant: 'a' }

const authenticatorOptions = {
  ...policy,
  secret: SECRET,
  clockTolerance: 5,
  decryption: { key: bytes, algorithms: ['dir'] },
}
const keyServerOptions = { ...policy, jwksUri: `${ORIGIN}/keys`, keyServer: { timeout: 5 } }
const guard = { onRefused: 'respond' }
const TEXTS: NoNames = 'takes texts, lists or numbers'
const REQUIREMENT: NoNames = 'takes requirements and texts'
const CHECK: NoNames = 'asks what a value is'
const REQUEST: NoNames = 'takes what a framework or a runtime made'
const RULE: NoNames = 'takes what a store has: a rule for the authors of stores'

/** What each function of an entry takes; by the name of a method too, for the objects that they make. */
export const CALLS: Readonly<Record<string, Call | readonly Call[] | NoNames>> = {
  // core
  createAuthenticator: [
    { input: authenticatorOptions, call: createAuthenticator },
    { input: keyServerOptions, call: createAuthenticator },
  ],
  createGate: {
    input: authenticatorOptions,
    call: async (input) => (await import('@countersign/core')).createGate(input),
  },
  createCsrfTokens: TEXTS,
  bindToExpiry: {
    input: { onExpire: 'close', leadTime: 5, now: Date.now },
    call: async (input) =>
      (await import('@countersign/core'))
        .bindToExpiry(
          { on: () => undefined, end: () => undefined },
          { expiresAt: Date.now() + 60_000 } as Principal,
          input,
        )
        .release(),
  },
  authenticateUpgrade: REQUEST,
  optionsFromEnv: 'takes an environment, in which anything may be',
  fetchRequestView: REQUEST,
  nodeRequestView: REQUEST,
  claim: TEXTS,
  check: TEXTS,
  scope: TEXTS,
  role: TEXTS,
  acr: TEXTS,
  maxAuthAge: TEXTS,
  allOf: REQUIREMENT,
  anyOf: REQUIREMENT,
  not: REQUIREMENT,
  describeRequirement: REQUIREMENT,
  sameRequirement: REQUIREMENT,
  scopesOf: REQUIREMENT,
  toOpenApiSecurity: REQUIREMENT,
  isRequirement: CHECK,
  isPrincipal: CHECK,
  isAuthError: CHECK,
  'authenticator.authenticate': REQUEST,
  'authenticator.authenticateToken': TEXTS,
  'authenticator.authorize': REQUIREMENT,
  'authenticator.ready': TEXTS,

  // adapters
  jwtAuth: {
    input: { ...authenticatorOptions, onRefused: 'respond' },
    call: (input) => adapter.jwtAuth(input),
  },
  authorize: { input: guard, call: (input) => adapter.authorize(role('admin'), input) },
  requireScopes: TEXTS,
  requireRoles: TEXTS,
  mount: 'takes a handler of routes',
  currentPrincipal: 'takes nothing',
  Authorize: REQUIREMENT,
  Roles: TEXTS,
  Scopes: TEXTS,
  Public: TEXTS,
  UsePolicy: TEXTS,
  getPolicyToken: TEXTS,
  rememberUpgrade: REQUEST,
  Principal: {
    input: { optional: true },
    call: async (input) => (await import('@countersign/nest')).Principal(input),
  },
  'JwtAuthModule.forRoot': {
    input: { ...authenticatorOptions, name: 'a' },
    call: async (input) => (await import('@countersign/nest')).JwtAuthModule.forRoot(input),
  },
  'JwtAuthModule.forRootAsync': {
    input: { name: 'a', imports: [], inject: [], useFactory: () => policy },
    call: async (input) => (await import('@countersign/nest')).JwtAuthModule.forRootAsync(input),
  },
  'MountModule.forRoot': {
    input: { path: 'auth', handler: sessions.routes({ login }) },
    open: ['handler'],
    call: async (input) => (await import('@countersign/nest')).MountModule.forRoot(input),
  },
  'MountModule.forRootAsync': {
    input: { path: 'auth', useFactory: () => ({ handler: issuer.routes() }) },
    call: async (input) => (await import('@countersign/nest')).MountModule.forRootAsync(input),
  },

  // issuer
  createIssuer: [
    {
      input: { ...policy, store: { ...store }, keyEncryption: { passphrase: SECRET }, encryptTo },
      open: ['store'],
      call: createIssuer,
    },
    { input: { ...policy, algorithm: 'HS256', secret: SECRET }, call: createIssuer },
  ],
  fileKeyStore: { input: { passphrase: SECRET }, call: (input) => fileKeyStore('./keys', input) },
  assertPrivateClaims: 'takes claims of an application',
  'issuer.accessToken': { input: access, open: ['claims'], call: issuer.accessToken },
  'issuer.sign': {
    input: { typ: 'x+jwt', audience: ORIGIN, subject: 'a', expiresIn: 60, encryptTo },
    call: (input) => issuer.sign({}, input),
  },
  'issuer.handOffToken': {
    input: { subject: 'user-1', audience: ORIGIN, claims: {} },
    open: ['claims'],
    call: issuer.handOffToken,
  },
  'issuer.retire': TEXTS,
  'issuer.jwks': TEXTS,
  'issuer.keys': TEXTS,
  'issuer.rotate': TEXTS,
  'issuer.metadata': TEXTS,
  'issuer.routes': TEXTS,
  'issuer.verification': TEXTS,
  'issuer.ready': TEXTS,

  // sessions
  createSessions: {
    input: { issuer: ORIGIN, origin: ORIGIN, secrets: [SECRET], store: { ...store }, prune: false },
    open: ['store'],
    call: createSessions,
  },
  'sessions.start': {
    input: { ...owner, scope: ['a'], roles: ['a'], claims: {}, device: 'a' },
    open: ['claims'],
    call: sessions.start,
  },
  'sessions.refresh': {
    input: { clientId: 'web', ip: '::1' },
    call: (input) => sessions.refresh('not a token', input),
  },
  'sessions.end': TEXTS,
  'sessions.revoke': { input: owner, call: (input) => sessions.revoke('not an id', input) },
  'sessions.endAll': { input: { ...owner, except: 'a' }, call: sessions.endAll },
  'sessions.list': { input: owner, call: sessions.list },
  'sessions.impersonate': {
    input: { ...owner, actor: { subject: 'user-2' }, scope: [], claims: {}, expiresIn: 60 },
    open: ['claims'],
    call: sessions.impersonate,
  },
  'sessions.recover': { input: { since: new Date(0) }, call: sessions.recover },
  'sessions.cookies': {
    input: { ...started, session: { ...started.session } },
    open: ['claims'],
    call: sessions.cookies,
  },
  'sessions.liveness': { input: { maxAge: 1 }, call: sessions.liveness },
  'sessions.verification': { input: { liveness: { maxAge: 1 } }, call: sessions.verification },
  'sessions.routes': { input: { login, transport: 'cookie' }, call: sessions.routes },
  'sessions.renewal': TEXTS,

  // stores
  memoryStore: { input: { now: Date.now }, call: memoryStore },
  sqliteStore: {
    input: { now: Date.now },
    call: async (input) => (await import('@countersign/store-sqlite')).sqliteStore(':memory:', input),
  },
  redisStore: {
    input: { prefix: 'a', wait: { replicas: 1, timeout: 100 } },
    call: async (input) =>
      (await import('@countersign/store-redis')).redisStore({ sendCommand: () => undefined } as never, input),
  },
  postgresStore: {
    input: { schema: 'countersign' },
    call: async (input) =>
      (await import('@countersign/store-postgres')).postgresStore({ query: () => undefined } as never, input),
  },
  onceOnly: 'takes a store and a text',
  createDeadlines: {
    input: { store: 'a', timeout: 5, askTime: async () => 0, monotonic: () => 0 },
    call: createDeadlines,
  },
  decideChange: RULE,
  decideCreation: RULE,
  dataRevocation: RULE,
  mergeRevocations: RULE,
  readListCursor: TEXTS,
  revocationLifetime: RULE,
  sessionRevocation: RULE,
  subjectKey: RULE,
  subjectRevocation: RULE,
  toListCursor: RULE,
  toSessionList: RULE,
  decideRotation: RULE,
  sessionState: RULE,
  subjectTagOf: TEXTS,

  // testing
  fakeClock: TEXTS,
  createTestIssuer: {
    input: { audience: ORIGIN, listen: { port: 0 }, claims: {}, clock: fakeClock() },
    open: ['claims', 'clock'],
    call: async (input) => (await createTestIssuer(input)).close(),
  },
  'testIssuer.raw': { input: { header: {}, payload: {} }, open: ['header', 'payload'], call: idp.raw },
  ...Object.fromEntries(
    methodsOf(idp)
      .filter(
        (method) =>
          !['raw', 'env', 'rotateKeys', 'removeOldKeys', 'goOffline', 'goOnline', 'close'].includes(method),
      )
      .map((method) => [
        `testIssuer.${method}`,
        { input: { ...access }, open: ['claims'], call: idp[method as 'token'] },
      ]),
  ),
  'testIssuer.env': TEXTS,
  'testIssuer.rotateKeys': TEXTS,
  'testIssuer.removeOldKeys': TEXTS,
  'testIssuer.goOffline': TEXTS,
  'testIssuer.goOnline': TEXTS,
  'testIssuer.close': TEXTS,
  storeSuite: {
    input: { create: async () => store },
    call: async (input) => (await import('@countersign/testing/stores')).storeSuite(input),
  },
  createTestStore: { input: { now: Date.now }, call: createTestStore },
  'testStore.failOn': {
    input: { call: 1, side: 'before' },
    call: (input) => testStore.failOn('prune', input),
  },
  'testStore.barrier': TEXTS,
  'testStore.calls': TEXTS,

  // client
  createSession: {
    input: {
      base: `${ORIGIN}/auth`,
      timeout: 10,
      platform: { locks: null, timers: { set: () => undefined, clear: () => undefined } },
    },
    call: createSession,
  },
  isSessionError: CHECK,
  'session.login': 'takes what the server expects',
  'session.fetch': 'takes what fetch() takes',
  'session.onChange': 'takes a function',
  'session.revoke': TEXTS,
  'session.ready': TEXTS,
  'session.check': TEXTS,
  'session.logout': TEXTS,
  'session.logoutEverywhere': TEXTS,
  'session.logoutOthers': TEXTS,
  'session.renew': TEXTS,
  'session.sessions': TEXTS,
  'session.close': TEXTS,
}

/** Objects that functions of ours make, by the name of which their methods are in the table. */
export const MADE: Readonly<Record<string, object>> = {
  authenticator: createAuthenticator({ ...policy, secret: SECRET }),
  issuer,
  sessions,
  testIssuer: idp,
  testStore,
  session: createSession({ base: `${ORIGIN}/auth` }),
}

/** The adapter whose functions the table calls: the test sets it, once for each. */
export const adapter = {} as Record<
  'jwtAuth' | 'authorize' | 'sessionRoutes',
  (...args: unknown[]) => unknown
>
