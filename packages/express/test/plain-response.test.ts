import { authorize, isAuthError, jwtAuth, mount, scope } from '@countersign/express'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { bearer, idp, options } from '../../../test/support/adapters.ts'

type Middleware = (req: never, res: never, next: (error?: unknown) => void) => unknown

const auth = jwtAuth({ ...options, cookie: true, origin: 'https://app.test' }) as Middleware
const cookie = { cookie: await idp.cookie() }
const header = await bearer()

/** Runs middleware on a bare Node server, with what connect, polka or Next.js hand it. */
async function ask(
  middleware: readonly Middleware[],
  headers: Record<string, string>,
  responseOf: (res: ServerResponse) => object = (res) => res,
) {
  const errors: unknown[] = []
  const run = (
    req: IncomingMessage,
    res: ServerResponse,
    [first, ...others]: readonly Middleware[],
  ): void => {
    if (first === undefined) return void res.end((req as { auth?: { subject: string } }).auth?.subject)
    first(req as never, responseOf(res) as never, (error) => {
      if (error === undefined) return run(req, res, others)
      errors.push(error)
      res.writeHead(500).end()
    })
  }
  const server = createServer((req, res) => {
    res.setHeader('Vary', 'Origin')
    run(req, res, middleware)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  const response = await fetch(`http://127.0.0.1:${port}/`, { headers })
  return { status: response.status, text: await response.text(), vary: response.headers.get('vary'), errors }
}

describe("a response without Express' own methods", () => {
  it.each([
    ['by the header', header],
    ['by the cookie', cookie],
  ])('lets a good token pass %s, and has Vary', async (_how, headers) => {
    expect(await ask([auth], headers)).toEqual({
      status: 200,
      text: 'user-1',
      vary: 'Origin, Cookie',
      errors: [],
    })
  })

  it('gets refusals, of guards too', async () => {
    expect((await ask([auth], {})).status).toBe(401)
    expect((await ask([auth, authorize(scope('a')) as Middleware], cookie)).status).toBe(403)
  })
})

describe('an empty object in the place of a response, as in a handshake of Socket.IO', () => {
  const empty = () => ({})

  it('lets a good token pass', async () => {
    expect(await ask([auth], cookie, empty)).toMatchObject({ status: 200, text: 'user-1', errors: [] })
  })

  it('hands refusals over as errors', async () => {
    const { errors } = await ask([auth], { authorization: 'Bearer x.y.z' }, empty)
    expect(errors.map((error) => isAuthError(error) && error.code)).toEqual(['token_malformed'])
    const guarded = await ask([auth, authorize(scope('a')) as Middleware], cookie, empty)
    expect(guarded.errors.map((error) => isAuthError(error) && error.code)).toEqual(['scope_insufficient'])
  })

  it('hands what a mounted handler answers over as a fault', async () => {
    const handler = { routes: 'all', handle: () => ({ status: 200, headers: [], body: 'x' }) } as const
    const { status, errors } = await ask([mount(handler) as Middleware], {}, empty)
    expect([status, errors]).toEqual([500, [expect.any(TypeError)]])
  })
})
