import { createAuthenticator } from '@countersign/core'
import { memoryStore } from '@countersign/stores'
import { createIssuer } from '@countersign/issuer'
import { createSessions, type SessionsOptions } from '@countersign/sessions'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createApp, ORIGIN, SECRET } from './support/routes.ts'

const good = (): SessionsOptions => ({
  issuer: ORIGIN,
  origin: ORIGIN,
  store: memoryStore(),
  secrets: [SECRET],
})

/** What a caller without types may write. */
function create(change: Record<string, unknown>): unknown {
  return createSessions({ ...good(), ...change })
}

afterEach(() => vi.unstubAllEnvs())

describe('options of createSessions', () => {
  it('are good as in the README', () => {
    expect(() => create({})).not.toThrow()
  })

  it.each<[string, Record<string, unknown>, RegExp]>([
    ['maxSession', { maxSession: 3 }, /maxSession.*does not exist: did you mean/],
    ['store', { store: undefined }, /store.*is required.*sqliteStore/],
    ['store', { store: {} }, /store.*is required/],
    ['secrets', { secrets: [] }, /secrets.*is required/],
    ['issuer', { issuer: undefined }, /issuer.*is required/],
    ['issuer', { issuer: 'not a url' }, /issuer.*URL/],
    ['audience', { audience: '' }, /audience.*none of them empty/],
    ['audience', { audience: 5 }, /audience/],
    ['audience', { audience: 'a'.repeat(2_000) }, /audience.*too long/],
    ['clientId', { clientId: '' }, /clientId.*must not be empty/],
    ['clientId', { clientId: 5 }, /clientId.*must be a string/],
    ['expiresIn', { expiresIn: 0 }, /expiresIn.*from 1 to 3600/],
    ['expiresIn', { expiresIn: 3_601 }, /expiresIn.*from 1 to 3600/],
    ['expiresIn', { expiresIn: 1.5 }, /expiresIn.*whole number of seconds/],
    ['mode', { mode: 'lax' }, /mode.*"grace", "untilUsed", "strict"/],
    ['sameSite', { sameSite: 'none' }, /sameSite.*"lax", "strict"/],
    ['overLimit', { overLimit: 'ask' }, /overLimit.*"deny", "evict"/],
    ['cooldown', { cooldown: 10 }, /cooldown.*must not be shorter than grace, which is 30/],
    ['cooldown', { grace: 60 }, /cooldown.*must not be shorter than grace, which is 60/],
    ['grace', { mode: 'strict', grace: 30 }, /grace.*no effect in mode "strict"/],
    ['cooldown', { mode: 'strict', cooldown: 30 }, /cooldown.*no effect in mode "strict"/],
    ['grace', { grace: -1 }, /grace.*from 0 to 3600/],
    ['idleTimeout', { idleTimeout: 20 }, /idleTimeout.*longer than cooldown/],
    [
      'idleTimeout',
      { idleTimeout: 3_600, absoluteTimeout: 600 },
      /idleTimeout.*not be longer than absoluteTimeout/,
    ],
    ['absoluteTimeout', { absoluteTimeout: 401 * 86_400 }, /absoluteTimeout.*to 34560000/],
    ['absoluteTimeout', { absoluteTimeout: '1 h' }, /absoluteTimeout.*number of seconds/],
    ['maxSessions', { maxSessions: 0 }, /maxSessions.*1 or more/],
    ['prune', { prune: 'false' }, /prune.*true or false/],
    ['prune', { prune: 0 }, /prune.*true or false/],
    ['claims', { claims: {} }, /claims.*must be a function/],
    ['now', { now: 5 }, /now.*must be a function/],
    ['randomBytes', { randomBytes: 5 }, /randomBytes.*must be a function/],
    ['csrfTokens', { csrfTokens: 'false' }, /csrfTokens.*true or false/],
    ['insecureLocalhost', { insecureLocalhost: 'false' }, /insecureLocalhost.*true or false/],
    ['csrfTokens', { origin: undefined, csrfTokens: true }, /csrfTokens.*no effect without "origin"/],
    ['sameSite', { origin: undefined, sameSite: 'strict' }, /sameSite.*no effect without "origin"/],
    [
      'allowedOrigins',
      { origin: undefined, allowedOrigins: [ORIGIN] },
      /allowedOrigins.*no effect without "origin"/,
    ],
    ['origin', { origin: 'https://app.example.com/path' }, /origin/],
  ])('%s: %j', (option, change, message) => {
    expect(() => create(change)).toThrow(message)
    expect(() => create(change)).toThrow(expect.objectContaining({ name: 'OptionError', option }))
  })

  it('none at all', () => {
    expect(() => createSessions(undefined as unknown as SessionsOptions)).toThrow(/issuer.*is missing/)
  })

  it('an issuer without audience needs one here', () => {
    const issuer = createIssuer({ issuer: ORIGIN, algorithm: 'HS256', secret: SECRET })
    expect(() => create({ issuer })).toThrow(/audience.*is required/)
    expect(() => create({ issuer, audience: 'https://api.example.com' })).not.toThrow()
  })

  it('[I-25] cookies over http are for development', () => {
    const local = {
      insecureLocalhost: true,
      origin: 'http://localhost:3000',
      issuer: 'http://localhost:3000',
    }
    expect(() => create(local)).not.toThrow()
    vi.stubEnv('NODE_ENV', 'production')
    const store = memoryStore({ dangerouslyAllowInProduction: true })
    const all = { secrets: [SECRET], store, ...local }
    expect(() => createSessions(all)).toThrow(/insecureLocalhost.*production/)
  })
})

describe('options of routes, of liveness, and inputs', () => {
  const { sessions } = createApp()
  const noOrigin = createSessions({ ...good(), origin: undefined })
  const any = (value: unknown): never => value as never
  const acting = { subject: 'a', actor: { subject: 'support-7' } }

  it.each<[string, () => unknown, RegExp]>([
    ['login', () => sessions.routes(any({})), /login.*is required/],
    ['login', () => sessions.routes(any(undefined)), /login.*is missing/],
    ['logn', () => sessions.routes(any({ login: () => undefined, logn: 1 })), /logn.*did you mean/],
    [
      'transport',
      () => sessions.routes(any({ login: () => undefined, transport: 'header' })),
      /transport.*"cookie" or "body"/,
    ],
    ['origin', () => noOrigin.routes({ login: () => undefined }), /origin.*is required/],
    ['user', () => sessions.routes(any({ login: () => undefined, user: 1 })), /user.*function/],
    [
      'rateLimit',
      () => sessions.routes(any({ login: () => undefined, rateLimit: 1 })),
      /rateLimit.*function/,
    ],
    ['maxAuthAge', () => sessions.routes({ login: () => undefined, maxAuthAge: 0 }), /maxAuthAge.*1 or more/],
    [
      'maxAge',
      () => sessions.verification(any({ maxAge: 0 })),
      /maxAge.*does not exist.*Put the options of liveness into \{ liveness: \{ … \} \}/,
    ],
    ['options', () => sessions.verification(any(false)), /an object, got a boolean.*\{ liveness: false \}/],
    ['liveness', () => sessions.verification(any({ liveness: true })), /liveness.*must be an object/],
    ['maxage', () => sessions.liveness(any({ maxage: 0 })), /maxage.*did you mean/],
    ['verification', () => createAuthenticator(any(sessions)), /give its result/],
    ['onStale', () => sessions.liveness(any({ onStale: 'ask' })), /onStale.*"reject" or "accept"/],
    ['maxAge', () => sessions.liveness({ maxAge: -1 }), /maxAge/],
    [
      'maxStaleness',
      () => sessions.liveness({ maxAge: 20, maxStaleness: 10 }),
      /maxStaleness.*shorter than maxAge/,
    ],
    ['maxEntries', () => sessions.liveness({ maxEntries: 0 }), /maxEntries/],
    ['foreignIssuers', () => sessions.liveness(any({ foreignIssuers: 'https://x' })), /foreignIssuers.*list/],
  ])('%s', (option, make, message) => {
    expect(make).toThrow(message)
    expect(make).toThrow(expect.objectContaining({ option }))
  })

  it.each<[string, () => Promise<unknown>, RegExp]>([
    ['subject', async () => sessions.start({ subject: '' }), /subject.*must not be empty/],
    ['subject', async () => sessions.start(any({ subject: 7 })), /subject.*must be a string, got a number/],
    ['subject', async () => sessions.start(any({})), /subject.*is required: pass the user as/],
    ['subject', async () => sessions.endAll(any({})), /subject/],
    ['input', async () => sessions.endAll(any('user-1')), /must be an object, got a string/],
    ['input', async () => sessions.revoke('sid', any(undefined)), /must be an object, got undefined/],
    ['scopes', async () => sessions.start(any({ subject: 'a', scopes: [] })), /did you mean "scope"/],
    ['subject', async () => sessions.start({ subject: 'a\0' }), /subject.*well-formed/],
    ['subject', async () => sessions.endAll({ subject: 'a\ud800' }), /subject.*well-formed/],
    ['tenant', async () => sessions.list(any({ subject: 'a', tenant: 7 })), /tenant.*string/],
    ['ip', async () => sessions.start({ subject: 'a', ip: '\0' }), /ip.*well-formed/],
    [
      'scope',
      async () => sessions.start(any({ subject: 'a', scope: 'orders:read' })),
      /scope.*list of strings, got a string/,
    ],
    [
      'roles',
      async () => sessions.start(any({ subject: 'a', roles: ['staff', 7] })),
      /roles.*list of strings/,
    ],
    ['scope', async () => sessions.impersonate(any({ ...acting, scope: 'orders:read' })), /scope.*list/],
    ['claims', async () => sessions.start({ subject: 'a', claims: { tenant: 'x' } }), /claims.*"tenant"/],
    ['claims', async () => sessions.start({ subject: 'a', claims: { sub: 'x' } }), /claims.*"sub"/],
    ['actor', async () => sessions.impersonate(any({ subject: 'a' })), /actor.*is required/],
    [
      'actor.subject',
      async () => sessions.impersonate(any({ subject: 'a', actor: { subject: 7 } })),
      /must be a string, got a number/,
    ],
    [
      'actor.sub',
      async () => sessions.impersonate(any({ ...acting, actor: { sub: 'b' } })),
      /does not exist/,
    ],
    [
      'expiresIn',
      async () => sessions.impersonate({ subject: 'a', actor: { subject: 'b' }, expiresIn: 0 }),
      /expiresIn/,
    ],
    ['since', async () => sessions.recover({ since: new Date('not a day') }), /since.*valid Date/],
    ['since', async () => sessions.recover(any({ since: 5 })), /since.*valid Date/],
  ])('%s of an input', async (name, act, message) => {
    const error: unknown = await act().catch((cause: unknown) => cause)
    expect(error).toMatchObject({ name: 'TypeError', message: expect.stringMatching(message) })
    expect(String(error)).toMatch(new RegExp(`countersign: \\w+\\(\\): "${name}" `))
    expect(await sessions.list({ subject: 'a' })).toEqual([])
  })
})

describe('a login', () => {
  it.each([
    ['scopes', 'scope'],
    ['role', 'roles'],
    ['auth_time', 'authTime'],
  ])('that returns %s fails with the message that it is called %s', async (wrong, right) => {
    const { browser } = createApp({ login: () => ({ subject: 'user-1', [wrong]: ['x'] }) })
    await expect(browser.send('POST', '/login', { body: {} })).rejects.toThrow(
      `login() returned "${wrong}": rename it to "${right}"`,
    )
  })

  it('may return a row of users: what else it has is left alone', async () => {
    const { browser } = createApp({ login: () => ({ subject: 'user-1', passwordHash: 'x', id: 7 }) })
    expect((await browser.send('POST', '/login', { body: {} })).status).toBe(200)
  })
})
