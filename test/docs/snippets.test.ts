import {
  createAuthenticator,
  scope,
  type Authenticator,
  type AuthenticatorOptions,
  type DecryptionOptions,
  type Principal,
} from '@countersign/core'
import { createRecipient, createSigner, type Recipient } from '@countersign/forge'
import { memoryStore } from '@countersign/stores'
import { createIssuer } from '@countersign/issuer'
import { createSessions } from '@countersign/sessions'
import { serve } from '@hono/node-server'
import { NestFactory } from '@nestjs/core'
import express from 'express'
import { fastify } from 'fastify'
import { Hono } from 'hono'
import Koa from 'koa'
import { compactDecrypt, CompactEncrypt } from 'jose'
import { execFile } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import { globSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import { openPage } from './page.ts'
import { read, root } from './repository.ts'
import { answerFor, bearer, codeOf, cookie, endWorld, idp, makeWorld, run } from './world.ts'

/** Every file of examples/snippets/src. Each is run below. */
const snippets = {
  adapter: () => import('../../examples/snippets/src/adapter.ts'),
  client: () => import('../../examples/snippets/src/client.ts'),
  cookies: () => import('../../examples/snippets/src/cookies.ts'),
  csrf: () => import('../../examples/snippets/src/csrf.ts'),
  'encrypted-tokens': () => import('../../examples/snippets/src/encrypted-tokens.ts'),
  env: () => import('../../examples/snippets/src/env.ts'),
  events: () => import('../../examples/snippets/src/events.ts'),
  'events-stream': () => import('../../examples/snippets/src/events-stream.ts'),
  'events-stream-hono': () => import('../../examples/snippets/src/events-stream-hono.ts'),
  'fastify-start': () => import('../../examples/snippets/src/fastify-start.ts'),
  gate: () => import('../../examples/snippets/src/gate.ts'),
  guards: () => import('../../examples/snippets/src/guards.ts'),
  'hono-start': () => import('../../examples/snippets/src/hono-start.ts'),
  'issuing-keys': () => import('../../examples/snippets/src/issuing-keys.ts'),
  'issuing-ring': () => import('../../examples/snippets/src/issuing-ring.ts'),
  'issuing-secret': () => import('../../examples/snippets/src/issuing-secret.ts'),
  'issuing-tokens': () => import('../../examples/snippets/src/issuing-tokens.ts'),
  keys: () => import('../../examples/snippets/src/keys.ts'),
  'koa-start': () => import('../../examples/snippets/src/koa-start.ts'),
  'nest-start': () => import('../../examples/snippets/src/nest-start.ts'),
  optional: () => import('../../examples/snippets/src/optional.ts'),
  providers: () => import('../../examples/snippets/src/providers.ts'),
  queue: () => import('../../examples/snippets/src/queue.ts'),
  ready: () => import('../../examples/snippets/src/ready.ts'),
  renewal: () => import('../../examples/snippets/src/renewal.ts'),
  requirements: () => import('../../examples/snippets/src/requirements.ts'),
  revocation: () => import('../../examples/snippets/src/revocation.ts'),
  'routes-express': () => import('../../examples/snippets/src/routes-express.ts'),
  'routes-fastify': () => import('../../examples/snippets/src/routes-fastify.ts'),
  'routes-hono': () => import('../../examples/snippets/src/routes-hono.ts'),
  'routes-koa': () => import('../../examples/snippets/src/routes-koa.ts'),
  'routes-nest': () => import('../../examples/snippets/src/routes-nest.ts'),
  sessions: () => import('../../examples/snippets/src/sessions.ts'),
  'spa-sessions': () => import('../../examples/snippets/src/spa-sessions.ts'),
  'spa-sessions-page': () => import('../../examples/snippets/src/spa-sessions-page.ts'),
  'spa-sessions-servers': () => import('../../examples/snippets/src/spa-sessions-servers.ts'),
  start: () => import('../../examples/snippets/src/start.ts'),
  'testing-express-app': () => import('../../examples/snippets/src/testing-express-app.ts'),
  'testing-fastify-app': () => import('../../examples/snippets/src/testing-fastify-app.ts'),
  'testing-jest': () => import('../../examples/snippets/src/testing-jest.ts'),
  // the others bring tests of Vitest: these are of Node's own runner
  'testing-node': () => runTestsOfNode('examples/snippets/src/testing-node.ts'),
  'testing-vitest': () => import('../../examples/snippets/src/testing-vitest.ts'),
  thrown: () => import('../../examples/snippets/src/thrown.ts'),
  'typed-claims': () => import('../../examples/snippets/src/typed-claims.ts'),
  websocket: () => import('../../examples/snippets/src/websocket.ts'),
}

/** What `node --test` says of a file, whose tests pass. */
async function runTestsOfNode(file: string): Promise<string> {
  const options = ['--conditions=@countersign/source', '--test', '--test-reporter=tap']
  const { stdout } = await promisify(execFile)(process.execPath, [...options, file], { cwd: root })
  return stdout
}

beforeEach(makeWorld)
afterEach(endWorld)

it('runs every snippet', () => {
  const files = globSync('examples/snippets/src/*.ts', { cwd: root }).map((path) => basename(path, '.ts'))
  expect(files.toSorted()).toEqual(Object.keys(snippets).toSorted())
  const uses = read('test/docs/snippets.test.ts')
  const unused = files.filter((name) => !new RegExp(`snippets(?:\\.${name}\\b|\\['${name}'\\])`).test(uses))
  expect(unused).toEqual([])
})

describe('start', () => {
  it('lets everybody in before jwtAuth(), and nobody without a token after it', async () => {
    const api = await run(snippets.start)
    expect((await api.get('/health')).status).toBe(200)
    expect(await codeOf(await api.get('/me'))).toBe('401 credential_missing')
    expect(await (await api.get('/me', bearer())).json()).toEqual({ subject: 'user-1' })
    expect((await api.get('/orders', bearer({ scope: 'orders:read' }))).status).toBe(200)
  })

  it('refuses as README.md shows it', async () => {
    const api = await run(snippets.start)
    const response = await api.get('/orders', bearer({ scope: 'profile' }))
    const headers = ['Content-Type', 'Cache-Control', 'WWW-Authenticate']
    const shown = [
      `HTTP/1.1 ${response.status} ${response.statusText}`,
      ...headers.map((name) => `${name}: ${response.headers.get(name)}`),
      '',
      JSON.stringify(await response.json(), undefined, 2),
    ].join('\n')
    expect(read('README.md')).toContain(`\`\`\`http\n${shown}\n\`\`\``)
  })
})

describe.each(['koa-start', 'nest-start', 'fastify-start', 'hono-start'] as const)('%s', (name) => {
  it('lets everybody ask for its health, and nobody without a token for anything else', async () => {
    vi.spyOn(process.stdout, 'write').mockReturnValue(true) // Nest tells what it does
    const uses = {
      'koa-start': snippets['koa-start'],
      'nest-start': snippets['nest-start'],
      'fastify-start': snippets['fastify-start'],
      'hono-start': snippets['hono-start'],
    }
    const api = await run(uses[name])
    expect(await (await api.get('/health')).text()).toBe('ok')
    expect(await codeOf(await api.get('/me'))).toBe('401 credential_missing')
    expect(await (await api.get('/me', bearer())).json()).toEqual({ subject: 'user-1' })
    expect(await codeOf(await api.get('/orders', bearer()))).toBe('403 scope_insufficient')
    expect(await (await api.get('/orders', bearer({ scope: 'orders:read' }))).json()).toEqual([])
  })
})

describe('live connections', () => {
  // time passes when a test says so, from a whole second on, as tokens have it
  beforeEach(() => {
    const now = Math.ceil(Date.now() / 1_000) * 1_000
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  /** Claims of a token that expires in ten seconds. */
  const shortLived = () => ({ exp: Date.now() / 1_000 + 10 })

  it('websocket ends with its token', async () => {
    const { host } = await run(snippets.websocket)
    const headers = bearer({ ...shortLived(), scope: 'chat' })
    const client = new WebSocket(`ws://${host}`, { headers })
    const [greeting] = (await once(client, 'message')) as [Buffer]
    expect(greeting.toString('utf8')).toBe('hello user-1')
    vi.advanceTimersByTime(9_999)
    const answered = once(client, 'pong')
    client.ping()
    await answered
    const closed = once(client, 'close')
    vi.advanceTimersByTime(1)
    const [code] = (await closed) as [number]
    expect(code).toBe(3000)
  })

  it('websocket lets nobody in without the scope', async () => {
    const { host } = await run(snippets.websocket)
    const client = new WebSocket(`ws://${host}`, { headers: bearer({ scope: 'mail' }) })
    client.on('error', () => undefined)
    const [, response] = (await once(client, 'unexpected-response')) as [unknown, { statusCode: number }]
    client.terminate()
    expect(response.statusCode).toBe(403)
  })

  it('renewal goes on with the next token of the same user, and of no other', async () => {
    const { welcome, watch } = await snippets.renewal()
    const authenticator = createAuthenticator({ issuer: idp.issuer, audience: idp.audience })
    const principalOf = async (claims: Record<string, unknown>) => {
      const outcome = await authenticator.authenticateToken(idp.token(claims))
      if (outcome.type !== 'authenticated') throw new Error('a good token is refused')
      return outcome.principal
    }
    const client = Object.assign(new EventEmitter(), {
      readyState: 1,
      send: vi.fn<(text: string) => void>(),
      close: vi.fn<(code: number) => void>(),
    })
    const first = await principalOf(shortLived())
    const authenticateToken = vi.fn<Authenticator['authenticateToken']>(authenticator.authenticateToken)
    welcome(client as never, first, { ...authenticator, authenticateToken })
    client.emit('message', Buffer.from(idp.token({ sub: 'user-2' })))
    await authenticateToken.mock.results[0]!.value
    vi.advanceTimersByTime(9_999)
    expect(client.close).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(client.close).toHaveBeenCalledOnce()
    expect(client.send).not.toHaveBeenCalled()
    client.removeAllListeners()
    welcome(client as never, await principalOf({}), authenticator)
    const renewed = new Promise<string>((resolve) => {
      client.send.mockImplementation(resolve)
    })
    client.emit('message', Buffer.from(idp.token()))
    expect(await renewed).toBe('renewed')
    client.emit('close')
    const second = await principalOf({ exp: Date.now() / 1_000 + 100 })
    const sessionOf = vi.fn<(principal: Principal) => Promise<undefined>>().mockResolvedValue(undefined)
    watch(client as never, second, sessionOf)
    vi.advanceTimersByTime(69_999)
    expect(sessionOf).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(sessionOf.mock.calls).toEqual([[second]])
  })

  it.each(['events-stream', 'events-stream-hono'] as const)('%s ends with its token', async (name) => {
    const stream = name === 'events-stream' ? snippets['events-stream'] : snippets['events-stream-hono']
    const api = await run(stream)
    expect(await codeOf(await api.get('/events'))).toBe('401 credential_missing')
    const response = await api.get('/events', bearer(shortLived()))
    expect(response.headers.get('content-type')).toContain('text/event-stream')
    let ended = false
    const text = response.text().finally(() => {
      ended = true
    })
    vi.advanceTimersByTime(9_999)
    expect((await api.get('/events')).status).toBe(401) // an end that comes too early would be here by now
    expect(ended).toBe(false)
    vi.advanceTimersByTime(1)
    expect(await text).toMatch(/^data: (?:hello|tick)\n\n/)
  })
})

it('env takes options from the environment', async () => {
  vi.stubEnv('JWT_ISSUER', idp.issuer)
  vi.stubEnv('JWT_AUDIENCE', idp.audience)
  const api = await run(snippets.env)
  expect((await api.get('/me', bearer())).status).toBe(200)
})

it('typed-claims answers validated claims, and refuses others', async () => {
  const api = await run(snippets['typed-claims'])
  const response = await api.get('/org', bearer({ org: 'acme', seats: 3 }))
  expect(await response.json()).toEqual({ org: 'acme' })
  expect(await codeOf(await api.get('/org', bearer({ org: 'acme' })))).toBe('401 claims_invalid')
})

describe('guards', () => {
  it.each([
    ['GET', '/orders', { scope: 'orders:read' }, '200'],
    ['GET', '/orders', { scope: 'profile' }, '403 scope_insufficient'],
    ['GET', '/dashboard', { roles: ['staff', 'manager'] }, '200'],
    ['GET', '/dashboard', { roles: ['staff'] }, '403 role_insufficient'],
    ['POST', '/orders', { scope: 'orders:write', email_verified: true }, '200'],
    ['POST', '/orders', { scope: 'orders:write' }, '403 requirement_failed'],
    ['POST', '/payments', { scope: 'payments:write', auth_time: Date.now() / 1_000 }, '200'],
    ['POST', '/payments', { scope: 'payments:write', auth_time: 1 }, '401 authentication_insufficient'],
    ['POST', '/reports', { scope: 'reports:write' }, '200'],
    ['POST', '/reports', { scope: 'reports:write', sub: 'user-without-quota' }, '403 requirement_failed'],
  ])('%s %s with %o is %s', async (method, path, claims, expected) => {
    const api = await run(snippets.guards)
    const response = await (method === 'GET' ? api.get : api.post)(path, bearer(claims))
    expect(response.status === 200 ? '200' : await codeOf(response)).toBe(expected)
  })
})

it('requirements are what the comments say', async () => {
  const { same, scopes, security, text } = await snippets.requirements()
  expect(text).toBe('role(admin) or scope(orders:read orders:delete)')
  expect(scopes).toEqual(['orders:read', 'orders:delete'])
  expect(security).toEqual([{ bearer: [] }, { bearer: ['orders:read', 'orders:delete'] }])
  expect(same).toBe(true)
})

it('optional lets nobody be anybody, and a bad token be refused', async () => {
  const api = await run(snippets.optional)
  expect(await (await api.get('/articles')).json()).toEqual({ for: 'anybody' })
  expect(await (await api.get('/articles', bearer())).json()).toEqual({ for: 'user-1' })
  expect(await codeOf(await api.get('/articles', { authorization: 'Bearer a.b.c' }))).toBe(
    '401 token_malformed',
  )
  expect(await codeOf(await api.get('/drafts'))).toBe('401 credential_missing')
})

it('cookies are taken from our own pages', async () => {
  const api = await run(snippets.cookies)
  expect((await api.get('/me', cookie())).status).toBe(200)
  const own = { ...cookie(), origin: 'https://app.example.com' }
  expect((await api.post('/orders', own)).status).toBe(201)
  const foreign = { ...cookie(), origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
  expect(await codeOf(await api.post('/orders', foreign))).toBe('403 cross_site_rejected')
  expect((await api.post('/orders', bearer())).status).toBe(201)
})

it('csrf mints a token that stands for the origin', async () => {
  vi.stubEnv('CSRF_SECRET', 'k7Qv2xW9pLm4Zt8RbN3cYd6Fh1JsGa5e')
  const api = await run(snippets.csrf)
  const session = cookie({ sid: 'session-1' })
  const { token } = (await (await api.get('/csrf-token', session)).json()) as { token: string }
  expect((await api.post('/orders', { ...session, 'x-csrf-token': token })).status).toBe(201)
  const other = { ...cookie({ sid: 'session-2' }), 'x-csrf-token': token }
  expect(await codeOf(await api.post('/orders', other))).toBe('403 cross_site_rejected')
  expect((await api.get('/csrf-token', cookie())).status).toBe(404)
})

it('thrown refusals reach the error handler', async () => {
  const api = await run(snippets.thrown)
  const response = await api.get('/orders')
  expect(response.headers.get('www-authenticate')).toBe('Bearer')
  expect([response.status, await response.json()]).toEqual([401, { error: 'credential_missing' }])
  // the guard does as the authenticator before it
  const forbidden = await api.get('/orders', bearer())
  expect([forbidden.status, await forbidden.json()]).toEqual([403, { error: 'scope_insufficient' }])
})

it('revocation refuses a token by its id', async () => {
  const api = await run(snippets.revocation)
  expect((await api.get('/me', bearer({ jti: 'good-token' }))).status).toBe(200)
  expect(await codeOf(await api.get('/me', bearer({ jti: 'revoked-token' })))).toBe('401 token_revoked')
})

it('gate answers a Request', async () => {
  const { handle } = await snippets.gate()
  const request = (headers = {}) => new Request('https://api.example.com/', { headers })
  expect((await handle(request())).status).toBe(401)
  const response = await handle(request(bearer({ scope: 'orders:read' })))
  expect(await response.json()).toEqual({ hello: 'user-1' })
})

it('queue judges a token that came without a request', async () => {
  const { onMessage } = await snippets.queue()
  expect(await onMessage(idp.token({ scope: 'orders:write' }))).toBe('user-1')
  expect(await onMessage(idp.token())).toBe('scope_insufficient')
  expect(await onMessage('x')).toBe('token_malformed')
})

it('ready fetches keys before it listens', async () => {
  const fetched = vi.spyOn(globalThis, 'fetch')
  const api = await run(snippets.ready)
  expect(fetched).toHaveBeenCalled()
  expect((await api.get('/', bearer())).status).toBe(404)
})

it('adapter authenticates and guards on a bare server', async () => {
  const { authenticated, guarded } = await snippets.adapter()
  const options = { issuer: idp.issuer, audience: idp.audience }
  const handler = guarded(scope('orders:read'), (req, res) => void res.end(JSON.stringify(req.auth?.subject)))
  const open = authenticated(options, handler)
  const api = await run(async () => createServer(open).listen())
  expect(await codeOf(await api.get('/'))).toBe('401 credential_missing')
  expect(await codeOf(await api.get('/', bearer()))).toBe('403 scope_insufficient')
  expect(await (await api.get('/', bearer({ scope: 'orders:read' }))).json()).toBe('user-1')
  const closed = await run(async () => createServer(handler).listen())
  expect(await codeOf(await closed.get('/', bearer()))).toBe('500 authenticator_missing')
})

describe('encrypted-tokens', () => {
  const [recipient, before] = ['enc-2', 'enc-1'].map((kid) => createRecipient({ kid })) as [
    Recipient,
    Recipient,
  ]
  const load = () => {
    vi.stubEnv('DECRYPTION_KEY_PEM', recipient.pem)
    vi.stubEnv('DECRYPTION_JWK', JSON.stringify(recipient.jwk))
    vi.stubEnv('DECRYPTION_JWK_BEFORE', JSON.stringify(before.jwk))
    vi.stubEnv('DECRYPTION_SECRET', 'p2JXZ1u0T3bqYwD8rLk5sVn7hQe9mFaC4xGtRiUoEyM')
    vi.resetModules()
    return snippets['encrypted-tokens']()
  }

  it('are opened by an authenticator that is ready', async () => {
    const { authenticator } = await load()
    const outcomes = [recipient.encrypt(idp.token()), before.encrypt(idp.token()), idp.token()].map(
      async (token) => (await authenticator.authenticateToken(token)).type,
    )
    expect(await Promise.all(outcomes)).toEqual(['authenticated', 'refused', 'refused'])
  })

  it('may be encrypted to one key or the other, or not yet', async () => {
    const { encrypted, rotating, shared, whileTheIssuerChanges } = await load()
    const judge = async (decryption: DecryptionOptions, token: string) =>
      (await createAuthenticator({ ...encrypted, decryption }).authenticateToken(token)).type
    expect(await judge(rotating, recipient.encrypt(idp.token()))).toBe('authenticated')
    expect(await judge(rotating, before.encrypt(idp.token()))).toBe('authenticated')
    expect(await judge(whileTheIssuerChanges, idp.token())).toBe('authenticated')
    const inner = new TextEncoder().encode(idp.token())
    const header = { alg: 'A256GCMKW', enc: 'A256GCM', cty: 'JWT' }
    const token = await new CompactEncrypt(inner).setProtectedHeader(header).encrypt(shared.key as Uint8Array)
    expect(await judge(shared, token)).toBe('authenticated')
  })
})

describe('keys', () => {
  const secret = 'k7Qv2xW9pLm4Zt8RbN3cYd6Fh1JsGa5e'
  const hmac = createSigner({
    alg: 'HS256',
    kid: null,
    secret: new TextEncoder().encode(secret),
    issuer: idp.issuer,
    audience: idp.audience,
  })
  const pem = createSigner({ kid: 'k1', issuer: idp.issuer, audience: idp.audience })

  it.each([
    ['discovered', idp],
    ['fromAddress', idp],
    ['tuned', idp],
    ['fromPem', pem],
    ['fromSecret', hmac],
    ['fromFunction', pem],
  ] as const)('%s verify', async (name, signer) => {
    vi.stubEnv('PUBLIC_KEY_PEM', pem.pem)
    vi.stubEnv('JWT_SECRET', 'another-secret-of-thirty-two-bytes-or-more')
    vi.stubEnv('JWT_SECRET_BEFORE', secret)
    vi.resetModules()
    const authenticator = createAuthenticator((await snippets.keys())[name])
    expect((await authenticator.authenticateToken(signer.token())).type).toBe('authenticated')
  })
})

describe('issuing', () => {
  const kidOf = (token: string) =>
    (JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString('utf8')) as { kid: string }).kid
  const claimsOf = (token: string) =>
    JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')) as object

  it('ring signs for users, and publishes the key', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'issuing-'))
    const before = process.cwd()
    process.chdir(folder)
    try {
      vi.stubEnv('KEYS_PASSPHRASE', 'correct horse battery staple')
      const api = await run(snippets['issuing-ring'])
      expect((await api.post('/token')).status).toBe(401)
      const { access_token: token } = (await (await api.post('/token', { 'x-test-user': '1' })).json()) as {
        access_token: string
      }
      const { keys } = (await (await api.get('/.well-known/jwks.json')).json()) as { keys: { kid: string }[] }
      expect(keys.map(({ kid }) => kid)).toEqual([kidOf(token)])
      const authenticator = createAuthenticator({
        issuer: 'https://auth.example.com',
        audience: 'https://api.example.com',
        profile: 'rfc9068',
        jwks: { keys },
      })
      expect(await authenticator.authenticateToken(token)).toMatchObject({
        type: 'authenticated',
        principal: { subject: 'user-1', scopes: ['orders:read'] },
      })
    } finally {
      process.chdir(before)
      rmSync(folder, { recursive: true, force: true })
    }
  })

  it('secret verifies what it signed', async () => {
    vi.stubEnv('TOKEN_SECRET', 'Xq2vK9wZ4mB7nL1pR8tY5uH3gF6dS0aJ')
    const api = await run(snippets['issuing-secret'])
    const { access_token: token } = (await (await api.post('/token')).json()) as { access_token: string }
    const me = await api.get('/me', { authorization: `Bearer ${token}` })
    expect(await me.json()).toEqual({ subject: 'user-1' })
    expect(await codeOf(await api.get('/me'))).toBe('401 credential_missing')
  })

  it('keys are encrypted, or with a service that answers DER; they rotate, and can be taken out', async () => {
    vi.stubEnv('KEYS_PASSPHRASE', 'correct horse battery staple')
    const info = vi.spyOn(console, 'info').mockReturnValue()
    vi.resetModules()
    const { encryptedAtRest, withSigner, outWith, list } = await snippets['issuing-keys']()
    await encryptedAtRest.ready()
    const input = { subject: 'u', audience: 'https://api.example.com', clientId: 'web' }
    for (let i = 0; i < 40; i++) {
      const { token } = await withSigner.accessToken(input)
      const options = { ...withSigner.verification(), audience: 'https://api.example.com' }
      expect((await createAuthenticator(options).authenticateToken(token)).type).toBe('authenticated')
    }
    await list()
    expect(info.mock.calls.map(([, state]) => state as string)).toEqual(['active', 'next'])
    const kid = kidOf((await withSigner.accessToken(input)).token)
    await outWith(kid)
    expect((await withSigner.jwks()).keys.map((key) => key.kid)).not.toContain(kid)
    expect(kidOf((await withSigner.accessToken(input)).token)).not.toBe(kid)
  })

  it('tokens are of their types; one that hands off is taken once', async () => {
    const { full, bid, handOff, arrivals, secretFrom } = await snippets['issuing-tokens']()
    expect(claimsOf((await full()).token)).toMatchObject({
      scope: 'orders:read',
      roles: ['staff'],
      org: 'acme',
    })
    expect(claimsOf((await bid()).token)).toMatchObject({ auction: 'a-17', limit: 250 })
    const { privateKey, publicKey } = generateKeyPairSync('x25519')
    const { token: hidden } = await secretFrom(publicKey)
    expect(Buffer.from((await compactDecrypt(hidden, privateKey)).plaintext).toString()).toMatch(/^eyJ/)
    const { token } = await handOff('n-1')
    const { issuer } = await snippets['issuing-tokens']()
    vi.stubGlobal('fetch', async (input: string | URL) =>
      Response.json(String(input).includes('jwks') ? await issuer.jwks() : issuer.metadata()),
    )
    expect(await arrivals.authenticateToken(token)).toMatchObject({
      type: 'authenticated',
      principal: { claims: { browser: 'n-1' } },
    })
    expect((await arrivals.authenticateToken(token)).type).toBe('refused')
    expect((await arrivals.authenticateToken((await full()).token)).type).toBe('refused')
  })
})

describe('providers', () => {
  /** What an access token of each provider looks like, as far as the options are concerned. */
  const tokens: Record<string, { claims: Record<string, unknown>; scopes: string[]; roles: string[] }> = {
    auth0: {
      claims: {
        aud: ['https://api.example.com', 'https://acme.eu.auth0.com/userinfo'],
        azp: 'client',
        scope: 'openid profile',
        permissions: ['orders:read'],
        'https://api.example.com/roles': ['admin'],
      },
      scopes: ['openid', 'profile', 'orders:read'],
      roles: ['admin'],
    },
    keycloak: {
      claims: {
        aud: ['orders-api', 'account'],
        typ: 'Bearer',
        azp: 'shop-web',
        scope: 'email profile',
        realm_access: { roles: ['staff'] },
        resource_access: { 'orders-api': { roles: ['manager'] }, account: { roles: ['manage-account'] } },
      },
      scopes: ['email', 'profile'],
      roles: ['staff', 'manager'],
    },
    entra: {
      claims: {
        aud: 'a52c6d1e-8f7b-4a35-9f0e-2d0c5b7a9e11',
        ver: '2.0',
        scp: 'orders.read',
        roles: ['Admin'],
      },
      scopes: ['orders.read'],
      roles: ['Admin'],
    },
    cognito: {
      claims: {
        aud: undefined,
        client_id: '7lhlkkfbfb4q5kpp90urffao',
        token_use: 'access',
        scope: 'orders/read',
        'cognito:groups': ['admins'],
      },
      scopes: ['orders/read'],
      roles: ['admins'],
    },
  }

  it.each(Object.keys(tokens))('%s', async (name) => {
    const providers: Record<string, AuthenticatorOptions> = await snippets.providers()
    expect(Object.keys(providers).toSorted()).toEqual(Object.keys(tokens).toSorted())
    const options = providers[name]!
    const { claims, scopes, roles } = tokens[name]!
    const signer = createSigner({ alg: 'RS256', issuer: options.issuer })
    const fetch = (input: string | URL | Request) =>
      Promise.resolve(answerFor(signer, new URL(input instanceof Request ? input.url : input)))
    const authenticator = createAuthenticator({ ...options, fetch })
    const outcome = await authenticator.authenticateToken(signer.token(claims))
    expect(outcome).toMatchObject({ type: 'authenticated', principal: { scopes, roles } })
    const idToken = { ...claims, at_hash: 'x', ...(name === 'cognito' && { token_use: 'id' }) }
    expect((await authenticator.authenticateToken(signer.token(idToken))).type).toBe('refused')
  })
})

describe('tests of applications', () => {
  describe('testing-vitest', async () => void (await snippets['testing-vitest']()))
  describe('testing-jest', async () => void (await snippets['testing-jest']()))

  it('testing-node runs with Node’s own runner', async () => {
    expect(await snippets['testing-node']()).toMatch(/^# pass 1$/m)
  }, 30_000)

  it.each(['testing-express-app', 'testing-fastify-app'] as const)(
    '%s reads the environment',
    async (name) => {
      vi.stubEnv('JWT_ISSUER', idp.issuer)
      vi.stubEnv('JWT_AUDIENCE', idp.audience)
      const api =
        name === 'testing-express-app'
          ? await run(async () => (await snippets['testing-express-app']()).createApp().listen(3000))
          : await run(async () =>
              (await (await snippets['testing-fastify-app']()).createApp()).listen({ port: 3000 }),
            )
      expect(await codeOf(await api.get('/orders'))).toBe('401 credential_missing')
      expect(await (await api.get('/orders', bearer({ scope: 'orders:read' }))).json()).toEqual({
        of: 'user-1',
      })
    },
  )
})

// the last one, since nothing ends its subscription
it('events name the code, never the token', async () => {
  const info = vi.spyOn(console, 'info').mockReturnValue()
  await snippets.events()
  await createAuthenticator({ issuer: idp.issuer, audience: idp.audience }).authenticateToken('x')
  expect(info.mock.calls).toEqual([['token_malformed', undefined]])
})

it('spa-sessions signs in, renews and signs out with cookies alone', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-snippet-'))
  vi.stubEnv('DATABASE_FILE', join(folder, 'app.db'))
  vi.stubEnv('SESSION_SECRET', 'k7Qv2xW9pLm4Zt8RbN3cYd6Fh1JsGa5e')
  try {
    const api = await run(snippets['spa-sessions'])
    const own = { origin: 'https://app.example.com', 'content-type': 'application/json' }
    const login = (password: string) =>
      api.post('/auth/login', own, JSON.stringify({ email: 'ann@example.com', password }))
    expect(await codeOf(await login('wrong'))).toBe('401 credentials_rejected')
    const signedIn = await login('correct horse battery staple')
    expect(signedIn.status).toBe(200)
    const jar = (response: Response) =>
      response.headers
        .getSetCookie()
        .map((line) => line.split(';')[0])
        .join('; ')
    const profile = await api.get('/api/profile', { cookie: jar(signedIn) })
    expect(await profile.json()).toEqual({ subject: 'user-1', roles: ['member'] })
    const renewed = await api.post('/auth/refresh', { ...own, cookie: jar(signedIn) })
    expect(renewed.status).toBe(200)
    expect((await api.post('/auth/logout', { ...own, cookie: jar(renewed) })).status).toBe(204)
    expect(await codeOf(await api.get('/api/profile', { cookie: jar(renewed) }))).toBe('401 token_revoked')
  } finally {
    rmSync(folder, { recursive: true })
  }
})

it('spa-sessions-servers: one signs in, the other verifies by the public keys', async () => {
  const { app, orders } = await snippets['spa-sessions-servers']()
  const signsIn = await run(async () => app.listen(3000))
  const verifies = await run(async () => orders.listen(3000))
  const own = { origin: 'https://app.example.com', 'content-type': 'application/json' }
  const signedIn = await signsIn.post('/auth/login', own, '{}')
  const jar = signedIn.headers.getSetCookie().map((line) => line.split(';')[0])
  const realFetch = globalThis.fetch
  vi.stubGlobal('fetch', async (input: string | URL, init?: RequestInit) => {
    const { host, pathname } = new URL(input)
    return realFetch(host === 'app.example.com' ? `http://${signsIn.host}${pathname}` : input, init)
  })
  const answer = await verifies.get('/orders', { cookie: jar.join('; ') })
  expect(await answer.json()).toEqual({ of: 'user-1' })
  await signsIn.post('/auth/logout', { ...own, cookie: jar.join('; ') })
  expect((await verifies.get('/orders', { cookie: jar.join('; ') })).status).toBe(200) // as the guide says
})

describe('in a page', () => {
  const origin = 'https://app.example.com'

  it('spa-sessions-page signs in, asks and signs out at the server of spa-sessions', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'countersign-snippet-'))
    vi.stubEnv('DATABASE_FILE', join(folder, 'app.db'))
    vi.stubEnv('SESSION_SECRET', 'k7Qv2xW9pLm4Zt8RbN3cYd6Fh1JsGa5e')
    try {
      const { calls, jar } = openPage(origin, await run(snippets['spa-sessions']))
      const { rendered, session, shown } = await snippets['spa-sessions-page']()
      session.close()
      expect(shown).toEqual({ subject: 'user-1', roles: ['member'] })
      expect(rendered).toEqual(['user-1', undefined])
      expect(calls).toEqual(['POST /auth/login', 'GET /api/profile', 'POST /auth/logout'])
      expect(await jar.getCookies(origin)).toEqual([])
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('client signs in, asks and signs out', async () => {
    const log = vi.spyOn(console, 'log').mockReturnValue()
    const secrets = ['k7Qv2xW9pLm4Zt8RbN3cYd6Fh1JsGa5e']
    const sessions = createSessions({ issuer: origin, origin, store: memoryStore(), secrets })
    const login = () => ({ subject: 'user-1' })
    const server = await run(async () => {
      const { jwtAuth, mount } = await import('@countersign/express')
      const app = express()
      app.use('/auth', mount(sessions.routes({ login, user: () => ({ name: 'Ada' }) })))
      app.use(jwtAuth(sessions.verification()))
      app.post('/orders', (_req, res) => res.sendStatus(201))
      app.listen(3000)
    })
    const { calls, jar } = openPage(origin, server)
    const { session } = await snippets.client()
    session.close()
    // without an access cookie there may still be a refresh cookie, which no script sees
    const ready = ['GET /auth/session', 'POST /auth/refresh']
    expect(calls).toEqual([...ready, 'POST /auth/login', 'POST /orders', 'POST /auth/logout'])
    expect(log.mock.calls).toEqual([
      ['signed-out', undefined],
      ['signed-in', 'Ada'],
      ['signed-out', undefined],
    ])
    expect(await jar.getCookies(origin)).toEqual([])
  })
})

it('sessions lists, ends, recovers, impersonates, and hears of reuse', async () => {
  const { administer, alerts } = await snippets.sessions()
  const origin = 'https://app.example.com'
  const secrets = ['k7Qv2xW9pLm4Zt8RbN3cYd6Fh1JsGa5e']
  let now = Date.now()
  const clock = { now: () => now }
  const sessions = createSessions({ issuer: origin, store: memoryStore(clock), secrets, ...clock })
  const authenticator = createAuthenticator(sessions.verification())
  const first = await sessions.start({ subject: 'user-1' })
  const second = await sessions.start({ subject: 'user-1' })
  const other = await sessions.start({ subject: 'user-2' })
  now += 1_000
  const backup = { takenAt: new Date(now) }
  const { devices, accessToken } = await administer(sessions, { id: 'user-1' }, backup)
  expect(devices.map(({ id }) => id).toSorted()).toEqual([first.session.id, second.session.id].toSorted())
  for (const { refreshToken } of [first, second, other]) {
    expect(await sessions.refresh(refreshToken)).toMatchObject({ type: 'refused', definitive: true })
  }
  const outcome = await authenticator.authenticateToken(accessToken)
  expect(outcome).toMatchObject({ principal: { subject: 'user-1', claims: { act: { sub: 'support-7' } } } })
  const stolen = await sessions.start({ subject: 'user-1' })
  for (let turn = 0; turn < 2; turn++) {
    now += 60_000
    await sessions.refresh(stolen.refreshToken)
  }
  expect(alerts).toMatchObject([{ sessionId: stolen.session.id, subject: 'user-1', class: 'parent' }])
})

describe('mounting sessions and an issuer', () => {
  const url = 'https://app.example.com'
  const store = memoryStore()
  const issuer = createIssuer({ issuer: url, audience: url, clientId: 'web', store })
  const secrets = ['k7Qv2xW9pLm4Zt8RbN3cYd6Fh1JsGa5e']
  const sessions = createSessions({ issuer, origin: url, store, secrets })
  const login = async (input: unknown) =>
    (input as { password?: unknown }).password === 'right' ? { subject: 'user-1' } : undefined

  const starts: Record<string, () => Promise<unknown>> = {
    express: async () => {
      const { addRoutes } = await snippets['routes-express']()
      const app = express()
      addRoutes(app, sessions, issuer, login)
      app.listen(3000)
    },
    fastify: async () => {
      const { addRoutes } = await snippets['routes-fastify']()
      const app = fastify()
      addRoutes(app, sessions, issuer, login)
      await app.listen({ port: 3000 })
    },
    hono: async () => {
      const { addRoutes } = await snippets['routes-hono']()
      const app = new Hono()
      addRoutes(app, sessions, issuer, login)
      serve({ fetch: app.fetch, port: 3000 })
    },
    koa: async () => {
      const { addRoutes } = await snippets['routes-koa']()
      const app = new Koa()
      addRoutes(app, sessions, issuer, login)
      app.listen(3000)
    },
    nest: async () => {
      const { addRoutes } = await snippets['routes-nest']()
      const app = await NestFactory.create(addRoutes(sessions, issuer, login), { logger: false })
      await app.listen(3000)
    },
  }

  it.each(Object.keys(starts))('takes a line each: %s', async (name) => {
    const api = await run(starts[name]!)
    const headers = { origin: url, 'content-type': 'application/json' }
    const wrong = await api.post('/auth/login', headers, JSON.stringify({ password: 'wrong' }))
    expect(await codeOf(wrong)).toBe('401 credentials_rejected')
    const right = await api.post('/auth/login', headers, JSON.stringify({ password: 'right' }))
    expect([right.status, right.headers.getSetCookie().length]).toEqual([200, 2])
    const keys = await api.get('/.well-known/jwks.json')
    expect((await keys.json()) as object).toEqual(await issuer.jwks())
  })
})
