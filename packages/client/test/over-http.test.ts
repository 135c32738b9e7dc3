import { createSession } from '@countersign/client'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, it } from 'vitest'

const LIFETIME = 600_000

type Route = (req: IncomingMessage, res: ServerResponse, body: string) => void

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

/** A server on loopback, and all that reached it. */
async function listen(routes: Record<string, Route>) {
  const seen: { call: string; token: string | string[] | undefined; body: string }[] = []
  const answer = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const body = await text(req)
    const call = `${req.method} ${req.url}`
    seen.push({ call, token: req.headers['x-csrf-token'], body })
    const route = routes[call]
    if (route) route(req, res, body)
    else res.writeHead(404).end()
  }
  const server = createServer((req, res) => void answer(req, res))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => new Promise((resolve) => server.close(resolve).closeAllConnections()))
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen, routes }
}

/** Session routes whose tokens are names, and an API. */
async function signIn() {
  let now = Date.now()
  let generation = 0
  const jar = new Map<string, string>()

  const signedIn: Route = (_req, res) => {
    generation++
    res.setHeader('Set-Cookie', [`access=a${generation}; HttpOnly`, `refresh=r${generation}; HttpOnly`])
    res.setHeader('Content-Type', 'application/json')
    const expiry = { expiresAt: now + LIFETIME, sessionExpiresAt: now + 10 * LIFETIME, now }
    res.end(JSON.stringify({ sessionId: 's', subject: 'ada', csrfToken: 'csrf', ...expiry }))
  }
  const refused: Route = (_req, res) => {
    const headers = {
      'Content-Type': 'application/problem+json',
      'WWW-Authenticate': 'Bearer error="invalid_token"',
    }
    res.writeHead(401, headers).end('{"code":"token_expired"}')
  }
  const withCookie =
    (cookie: () => string, route: Route): Route =>
    (req, res, body) =>
      (req.headers.cookie?.includes(cookie()) ? route : refused)(req, res, body)
  const access = (route: Route) => withCookie(() => `access=a${generation}`, route)

  const app = await listen({
    'POST /auth/login': signedIn,
    'POST /auth/refresh': withCookie(() => `refresh=r${generation}`, signedIn),
    'POST /auth/logout': (_req, res) => {
      res.writeHead(204, { 'Set-Cookie': ['access=; Max-Age=0', 'refresh=; Max-Age=0'] }).end()
    },
    'POST /api/orders': access((_req, res, body) => res.end(body)),
  })

  async function fetchWithCookies(request: Request): Promise<Response> {
    const sent = new Request(request)
    sent.headers.set('Cookie', [...jar].map(([name, value]) => `${name}=${value}`).join('; '))
    const response = await fetch(sent)
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^(\w+)=([^;]*)/.exec(cookie) ?? []
      if (value) jar.set(name, value)
      else jar.delete(name)
    }
    return response
  }

  const session = createSession({
    base: `${app.origin}/auth`,
    platform: { fetch: fetchWithCookies, now: () => now },
  })
  await session.login({ name: 'ada', password: 'right' })
  return { session, app, jar, expire: () => (now += LIFETIME), revoke: () => jar.set('access', 'old') }
}

describe('over HTTP', () => {
  it('signs in, renews an expired token beforehand and a refused one afterwards, and signs out', async () => {
    const { session, app, jar, expire, revoke } = await signIn()
    const orders = `${app.origin}/api/orders`
    const form = new FormData()
    form.set('item', new Blob(['text']), 'file')
    expire()
    expect(await (await session.fetch(orders, { method: 'POST', body: 'one' })).text()).toBe('one')
    revoke()
    expect(await (await session.fetch(orders, { method: 'POST', body: form })).text()).toContain(
      'filename="file"',
    )
    revoke()
    const stream = { method: 'POST', body: new Blob(['text']).stream(), duplex: 'half' } as const
    expect((await session.fetch(orders, stream)).status).toBe(401)
    await session.logout()
    expect([session.status, jar.size]).toEqual(['signed-out', 0])
    expect(app.seen.map(({ call, token }) => `${call} ${String(token)}`)).toEqual([
      'POST /auth/login undefined',
      'POST /auth/refresh csrf',
      'POST /api/orders csrf',
      'POST /api/orders csrf',
      'POST /auth/refresh csrf',
      'POST /api/orders csrf',
      'POST /api/orders csrf',
      'POST /auth/refresh csrf',
      'POST /auth/logout csrf',
    ])
    expect(app.seen[5]?.body).toBe(app.seen[3]?.body)
  })

  it('follows redirects, but takes no CSRF token and no password to another origin', async () => {
    const other = await listen({
      'GET /caught': (_req, res) => res.end('public'),
      'POST /caught': (_req, res) => res.end('caught'),
    })
    const { session, app } = await signIn()
    const to =
      (location: string): Route =>
      (_req, res) =>
        res.writeHead(307, { Location: location }).end()
    app.routes['POST /within'] = to('/api/orders')
    app.routes['POST /away'] = to(`${other.origin}/caught`)
    app.routes['GET /away'] = to(`${other.origin}/caught`)
    app.routes['POST /auth/login'] = to('/api/orders')

    const within = await session.fetch(`${app.origin}/within`, { method: 'POST', body: 'one' })
    expect(await within.text()).toBe('one')
    await expect(session.fetch(`${app.origin}/away`, { method: 'POST', body: 'one' })).rejects.toThrow(
      TypeError,
    )
    expect(await (await session.fetch(`${app.origin}/away`)).text()).toBe('public')
    expect(other.seen).toEqual([{ call: 'GET /caught', token: undefined, body: '' }])

    await expect(session.login({ password: 'right' })).rejects.toMatchObject({ code: 'unreachable' })
    expect(app.seen.at(-1)?.call).toBe('POST /auth/login')
    expect(session.status).toBe('signed-in')
  })

  it('tells a server that is gone from a session that is', async () => {
    const { session, app, expire } = await signIn()
    expire()
    for (const close of closing.splice(0)) await close()
    await expect(session.fetch(`${app.origin}/api/orders`)).rejects.toMatchObject({ code: 'unreachable' })
    await expect(session.logout()).rejects.toMatchObject({ code: 'unreachable' })
    expect(session.status).toBe('signed-in')
  })
})
