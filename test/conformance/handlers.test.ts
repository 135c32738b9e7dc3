import { connect } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { APPS, GOOD } from './apps.ts'
import { columns } from './columns/index.ts'
import { atRoot, bodies, mounted } from './handlers/echo-handler.ts'
import { METHOD_OVERRIDE, type Column, type RunningApp } from './spec.ts'
import { headerOf, type RawResponse } from './wire/response.ts'
import { send, type RequestSpec } from './wire/send.ts'

const JSON_TYPE = ['Content-Type', 'application/json'] as const
const FORM_TYPE = ['Content-Type', 'application/x-www-form-urlencoded'] as const
/** What is behind the routes is protected; this is who gets there. */
const BEARER = ['Authorization', `Bearer ${GOOD}`] as const
/** 64 KiB; all parsers allow more. */
const JUST_FITS = JSON.stringify({ a: 'x'.repeat(65_528) })
const TOO_LARGE = `${JUST_FITS} `

function start(column: Column, parseBodies: boolean): Promise<RunningApp> {
  return column.startRoutes({
    auth: APPS.bearer.auth!,
    sessions: mounted,
    issuer: atRoot,
    parseBodies,
    earlier: [
      ['Set-Cookie', 'earlier=1; Path=/'],
      ['Set-Cookie', 'second=2; Path=/'],
      ['Vary', 'Origin'],
    ],
  })
}

const cookiesOf = ({ headers }: RawResponse): string[] =>
  headers.filter(([name]) => name === 'set-cookie').map(([, value]) => value)
const varyOf = (response: RawResponse): string[] =>
  (headerOf(response, 'vary') ?? '').split(',').map((field) => field.trim())

/** Where the routes read bodies before any parser could. Elsewhere a parser answers what it cannot read. */
const withoutParser: ReadonlySet<string> = new Set(['Fastify 5', 'Nest 12 on Fastify'])

describe.each(columns)('$name', (column) => {
  describe.each([false, true])('where a parser runs before the routes: %s', (parseBodies) => {
    let app: RunningApp
    beforeAll(async () => {
      vi.spyOn(console, 'error').mockReturnValue() // where Express and Hono log
      app = await start(column, parseBodies)
    })
    afterAll(async () => {
      vi.restoreAllMocks()
      await app.stop()
    })
    beforeEach(() => void (bodies.length = 0))
    const ask = (request: RequestSpec) => send(app.port, request)

    it('[V-22] the handler sees method, path, URL and address', async () => {
      const headers = [['User-Agent', 'a browser']] as const
      const response = await ask({ target: '/auth/items/a%2Fb?c=d', headers })
      expect(response.status).toBe(200)
      expect(JSON.parse(response.body)).toEqual({
        method: 'GET',
        url: '/auth/items/a%2Fb?c=d',
        path: '/items/a%2Fb',
        ip: '127.0.0.1',
        userAgent: 'a browser',
        body: { type: 'json' },
      })
      expect(headerOf(response, 'x-greeting')).toBe('hello')
      expect(headerOf(response, 'content-type')).toBe('application/json')
      expect(headerOf(response, 'cache-control')).toBe('no-store')
    })

    it('[V-22] the handler sees the path of a target in absolute form', async () => {
      const response = await ask({ target: 'http://127.0.0.1/auth/echo?a' })
      expect(response.status).toBe(200)
      expect(JSON.parse(response.body)).toMatchObject({ path: '/echo' })
    })

    it('[V-22] an issuer is at the root', async () => {
      const response = await ask({ target: '/.well-known/echo' })
      expect(response.status).toBe(200)
      expect(headerOf(response, 'x-greeting')).toBe('issuer')
      expect(JSON.parse(response.body)).toMatchObject({ path: '/.well-known/echo' })
    })

    it.each([
      ['JSON', [JSON_TYPE], '{"a":[1]}', { type: 'json', value: { a: [1] } }],
      [
        'JSON with parameters',
        [['Content-Type', 'application/json; charset=utf-8']],
        '{"a":1}',
        { type: 'json', value: { a: 1 } },
      ],
      ['no body', [], undefined, { type: 'json' }],
      ['no body, but a type', [JSON_TYPE], '', { type: 'json' }],
      ['a form', [FORM_TYPE], 'a=1', { type: 'wrong_content_type' }],
      ['JSON as text', [['Content-Type', 'text/plain']], '{"a":1}', { type: 'wrong_content_type' }],
      [
        'JSON of another type',
        [['Content-Type', 'application/ld+json']],
        '{"a":1}',
        { type: 'wrong_content_type' },
      ],
      ['no type', [], '{"a":1}', { type: 'wrong_content_type' }],
      ['a type that is none', [['Content-Type', 'json']], '{"a":1}', { type: 'wrong_content_type' }],
      ['an empty type', [['Content-Type', '']], '{"a":1}', { type: 'wrong_content_type' }],
      ['two types', [JSON_TYPE, FORM_TYPE], '{"a":1}', { type: 'wrong_content_type' }],
      ['a body of 65537 bytes and more', [JSON_TYPE], TOO_LARGE, { type: 'too_large' }],
    ] as const)('[V-22] the handler reads %s', async (_what, headers, body, read) => {
      const request = { method: 'POST', target: '/auth/echo', headers }
      const response = await ask(body === undefined ? request : { ...request, body })
      expect(response.status).toBe(200)
      expect((JSON.parse(response.body) as { body: unknown }).body).toEqual(read)
    })

    it('[V-22] the handler reads a body of 64 KiB', async () => {
      await ask({ method: 'DELETE', target: '/auth/items/1', headers: [JSON_TYPE], body: JUST_FITS })
      expect(bodies).toEqual([{ type: 'json', value: JSON.parse(JUST_FITS) as unknown }])
    })

    it('[V-22] the handler may leave a body unread', async () => {
      const response = await ask({
        method: 'POST',
        target: '/auth/unread',
        headers: [JSON_TYPE],
        body: '{}',
      })
      expect(response).toMatchObject({ status: 200, body: 'unread' })
    })

    it("[V-22] malformed JSON is a client's mistake", async () => {
      const response = await ask({
        method: 'POST',
        target: '/auth/echo',
        headers: [JSON_TYPE],
        body: '{"a":',
      })
      const answeredBefore = parseBodies && !withoutParser.has(column.name) && column.name !== 'Hono 4'
      expect({ status: response.status, bodies }).toEqual(
        answeredBefore ? { status: 400, bodies: [] } : { status: 200, bodies: [{ type: 'malformed' }] },
      )
    })

    it('[V-22] cookies are a line each, after those that were there; Vary is merged', async () => {
      const response = await ask({ method: 'POST', target: '/auth/cookies' })
      expect(response.status).toBe(200)
      expect(cookiesOf(response)).toEqual([
        'earlier=1; Path=/',
        'second=2; Path=/',
        'a=1; Path=/; HttpOnly',
        'b=2; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT',
      ])
      expect(varyOf(response)).toEqual(['Origin', 'Cookie'])
      expect(headerOf(response, 'content-type')).toBe('application/problem+json')
      expect(Buffer.from(response.body, 'latin1').toString('utf8')).toBe('{"ä":1}')
    })

    it('[V-22] an answer without cookies keeps those that were there', async () => {
      const response = await ask({ target: '/auth/echo' })
      expect(cookiesOf(response)).toEqual(['earlier=1; Path=/', 'second=2; Path=/'])
      expect(varyOf(response)).toEqual(['Origin'])
    })

    it('[V-22] a name that repeats is a line each', async () => {
      const response = await ask({ target: '/auth/repeated' })
      const linesOf = (name: string) =>
        response.headers.filter(([key]) => key === name).flatMap(([, value]) => value.split(/, (?=[BD<])/))
      expect(linesOf('www-authenticate')).toEqual(['DPoP algs="ES256"', 'Bearer'])
      expect(linesOf('link')).toEqual(['</a>; rel=a', '</b>; rel=b'])
    })

    it('[V-22] 204 has no body and no type', async () => {
      const response = await ask({ method: 'POST', target: '/auth/nothing' })
      expect(response).toMatchObject({ status: 204, body: '' })
      expect(headerOf(response, 'content-type')).toBeUndefined()
    })

    it('[V-22] HEAD is answered as GET, without the body', async () => {
      const response = await ask({ method: 'HEAD', target: '/auth/echo' })
      expect(response).toMatchObject({ status: 200, body: '' })
      expect(headerOf(response, 'content-type')).toBe('application/json')
    })

    it.each(['PUT', 'PATCH', 'DELETE', 'OPTIONS'])('[V-22] %s is left to the handler', async (method) => {
      const response = await ask({ method, target: '/auth/echo' })
      expect(response).toMatchObject({ status: 405, body: '' })
      expect(headerOf(response, 'allow')).toBe('GET, POST')
    })

    it('[V-22] a method that was overridden is the one on the wire', async () => {
      const headers = [[METHOD_OVERRIDE, 'DELETE']] as const
      const response = await ask({ method: 'POST', target: '/auth/echo', headers })
      expect(response.status).toBe(200)
      expect(JSON.parse(response.body)).toMatchObject({ method: 'POST' })
    })

    it.each([
      '/auth',
      '/auth/',
      '/auth/unknown',
      '/auth/echo/',
      '/auth/echo/more',
      '/auth//echo',
      '/auth/ECHO',
      '/auth/%65cho',
      '/auth/echo%20',
      '/auth/./echo',
      '/auth/x/../echo',
      '/auth/echo;a',
      '/auth/echo.json',
      '/auth/.well-known/echo',
      '/echo',
      '//auth/echo',
      '/authecho',
      '/.well-known/%65cho',
      '/.well-known//echo',
      '/.well-known/Echo',
    ])('[V-22] [D5] %s is none of the routes', async (target) => {
      expect(await ask({ target, headers: [BEARER] })).toMatchObject({ status: 404 })
      expect(bodies).toEqual([])
    })

    it('[V-22] what else there is stays protected', async () => {
      const { status } = await ask({ target: '/auth/unknown' })
      // Nest guards controllers, and there is none.
      expect(status).toBe(column.package === '@countersign/nest' ? 404 : 401)
    })

    it('[V-22] a handler that rejects is answered 500, without details', async () => {
      const response = await ask({ method: 'POST', target: '/auth/rejects' })
      expect(response.status).toBe(500)
      expect(response.bytes).not.toMatch(/a detail|handlers\.test|caused by/)
    })

    it('[V-22] a client that gives up half-way harms nobody', async () => {
      const socket = connect(app.port, '127.0.0.1')
      const head =
        'POST /auth/echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n'
      socket.write(`${head}{"a"`, () => setImmediate(() => socket.resetAndDestroy()))
      const neverAsked = parseBodies && !withoutParser.has(column.name)
      await vi.waitFor(() => expect(bodies).toEqual(neverAsked ? [] : [{ type: 'malformed' }]), 10_000)
      expect((await ask({ target: '/auth/echo' })).status).toBe(200)
    })
  })
})
