/** What the unit tests of all adapters share. */
import { once } from 'node:events'
import { createServer, type RequestListener, type ServerOptions } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { RouteHandler } from '@countersign/core/adapter'
import { createTestIssuer, fakeClock, type TestTokenInput } from '@countersign/testing'
import { expect, onTestFinished } from 'vitest'

export const clock = fakeClock()

/** The issuer of the tokens. */
export const idp = await createTestIssuer({ clock })

/** A policy that accepts its tokens, and no others. */
export const { options } = idp

/** The same with cookies. */
export const cookieOptions = { ...options, cookie: true, origin: 'https://app.test' }

/** An issuer that the policy does not know, for policies of its own. */
export const partner = await createTestIssuer({ issuer: 'https://partner.test', clock })

/** Headers with a good token. */
export async function bearer(input?: TestTokenInput): Promise<{ authorization: string }> {
  return { authorization: await idp.bearer(input) }
}

export type Ask = (path: string, init?: RequestInit) => Promise<Response>

/** Serves a Node listener until the test is over; returns how to send requests to it. */
export async function listen(
  listener: RequestListener,
  server: ServerOptions = {},
): Promise<Ask & { port: number }> {
  const listening = createServer(server, listener).listen(0, '127.0.0.1')
  await once(listening, 'listening')
  onTestFinished(async () => {
    const closed = once(listening, 'close')
    listening.close()
    listening.closeAllConnections()
    await closed
  })
  const { port } = listening.address() as AddressInfo
  return Object.assign(askAt(`http://127.0.0.1:${port}`), { port })
}

/** How to send requests to what listens at a URL. */
export function askAt(url: string): Ask {
  return (path, init) => fetch(url + path, { redirect: 'manual', ...init })
}

/** The `code` of a problem document, or the whole text of anything else. */
export async function codeOf(response: Response): Promise<string> {
  const text = await response.text()
  return response.headers.get('content-type')?.startsWith('application/problem+json')
    ? (JSON.parse(text) as { code: string }).code
    : text
}

/** What other libraries leave under the principal's name, made to look as much like ours as it can. */
export const FOREIGN = {
  subject: 'admin',
  scopes: ['admin'],
  roles: ['admin'],
  claims: {},
  issuer: idp.issuer,
}

/**
 * Has a request with an expired token sent, and checks that nothing of it is in the response, or in what was logged
 * meanwhile.
 */
export async function assertLeaksNothing(
  send: (headers: { authorization: string }) => Promise<Response>,
  logged: () => Promise<string> = async () => '',
): Promise<{ response: Response; text: string }> {
  const token = await idp.expired({ claims: { email: 'someone@example.test' } })
  const response = await send({ authorization: `Bearer ${token}` })
  const text = await response.text()
  const shown = JSON.stringify([...response.headers]) + text + (await logged())
  const header = Buffer.from(token.split('.')[0]!, 'base64url').toString('utf8')
  const { kid } = JSON.parse(header) as { kid: string }
  for (const secret of [...token.split('.'), 'someone@', kid, 'marker', '/packages/'])
    expect(shown).not.toContain(secret)
  return { response, text }
}

/** The policies of a `jwtAuth()` for all requests, and of one behind it for `/partner`: each reads its own credential. */
export const nested = {
  outer: { ...cookieOptions, optional: true },
  inner: { ...partner.options, dangerouslyReadQuery: 'token' },
} as const

/**
 * Asks an application with these, whose `/partner` asks for the role `buyer` and answers with the subjects that are
 * nearest and that each `of()` returns: once with the role in the nearest token, once in the other.
 */
export async function askNested(ask: Ask): Promise<readonly [nearest: unknown, other: string]> {
  const askWith = async (theirs: string[], ours: string[]) => {
    const token = await partner.token({ subject: 'theirs', roles: theirs })
    const cookie = await idp.cookie({ subject: 'ours', roles: ours })
    return ask(`/partner?token=${token}`, { headers: { cookie } })
  }
  const nearest = await askWith(['buyer'], [])
  return [await nearest.json(), await codeOf(await askWith([], ['buyer']))]
}

/** What comes back where the nearest one counts. */
export const NEAREST = [{ nearest: 'theirs', outer: 'ours', inner: 'theirs' }, 'role_insufficient'] as const

/** A handler that answers with what it was given, and a cookie. */
export function echo(greeting = ''): RouteHandler {
  return {
    routes: [
      { method: 'GET', path: '/echo/:id' },
      { method: 'POST', path: '/echo/:id' },
    ],
    async handle({ path, view, ip, readJson }) {
      if (!/^\/echo\/[^/]+$/.test(path)) return undefined
      const answer = { greeting, path, method: view.method, url: view.url(), ip, read: await readJson() }
      const headers = [
        ['Content-Type', 'application/json'],
        ['Set-Cookie', 'ours=1'],
        ['Vary', 'Cookie'],
      ] as const
      return { status: 200, headers, body: JSON.stringify(answer) }
    },
  }
}

/** A request with a body for it, and what it then reads. */
export const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"a":1}' }
export const read = { type: 'json', value: { a: 1 } }
