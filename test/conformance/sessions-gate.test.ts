import { createAuthenticator } from '@countersign/core'
import { nodeRequestView } from '@countersign/core/adapter'
import { createServer, type IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { columns } from './columns/index.ts'
import { isAdmitted, ORIGINS, PICTURES, SITES, type Picture } from './sessions/gate-model.ts'
import {
  codeOf,
  PASSWORD,
  SAME_ORIGIN,
  sessionApp,
  setCookies,
  type SessionApp,
  type SignedIn,
} from './sessions/session-app.ts'
import { headerOf, type RawResponse } from './wire/response.ts'
import { listen } from './listen.ts'
import { send, type RequestSpec } from './wire/send.ts'

type Header = readonly [name: string, value: string]

/** Types of bodies, and what a page sends in them. Any page may send the last three anywhere. */
const BODIES = {
  json: ['application/json', JSON.stringify({ name: 'ada', password: PASSWORD })],
  form: ['application/x-www-form-urlencoded', `name=ada&password=${PASSWORD}`],
  text: ['text/plain', JSON.stringify({ name: 'ada', password: PASSWORD })],
  none: [undefined, JSON.stringify({ name: 'ada', password: PASSWORD })],
} as const
type BodyType = keyof typeof BODIES
const BODY_TYPES = Object.keys(BODIES) as BodyType[]

/** Of every value of each dimension with every type, in as many requests as there are pictures. */
const bodyTypeOf = ({ site, origin, token }: Picture): BodyType =>
  BODY_TYPES[
    (Object.keys(SITES).indexOf(site) + Object.keys(ORIGINS).indexOf(origin) + token.length) %
      BODY_TYPES.length
  ]!

/** A request that changes something, and how one sees that it did. */
interface Deed {
  readonly name: string
  readonly method: string
  readonly target: (browser: SignedIn) => string
  readonly hasSession: boolean
  readonly headers?: readonly Header[]
  /** The answers of a request that was let through. */
  readonly statuses: (type: BodyType) => readonly number[]
  /** What it did to the session of the browser. */
  readonly done: (app: SessionApp, browser: SignedIn) => Promise<void>
}

/** What other libraries take for proof by being there. */
const CUSTOM_HEADERS: readonly Header[] = [
  ['X-Requested-With', 'XMLHttpRequest'],
  ['X-CSRF', '1'],
  ['X-CSRF-Token', 'x'],
  ['X-XSRF-TOKEN', 'x'],
]

const isOver = async ({ store }: SessionApp, { sid }: SignedIn): Promise<void> =>
  expect(await store.isLive(sid)).toBe(false)
const nothing = async (): Promise<void> => undefined
const at = (path: string) => () => path

const sessionDeeds: readonly Deed[] = [
  {
    name: 'login',
    method: 'POST',
    target: at('/auth/login'),
    hasSession: false,
    statuses: (type) => [type === 'json' ? 200 : 415],
    done: nothing,
  },
  {
    name: 'refresh',
    method: 'POST',
    target: at('/auth/refresh'),
    hasSession: true,
    statuses: () => [200],
    done: async ({ store }, { sid }) => expect((await store.row(sid)).gen).toBe(2),
  },
  {
    name: 'forget',
    method: 'POST',
    target: at('/auth/forget'),
    hasSession: true,
    statuses: () => [204],
    done: nothing,
  },
  {
    name: 'logout',
    method: 'POST',
    target: at('/auth/logout'),
    hasSession: true,
    statuses: () => [204],
    done: isOver,
  },
  {
    name: 'logout-all',
    method: 'POST',
    target: at('/auth/logout-all'),
    hasSession: true,
    statuses: () => [204],
    done: isOver,
  },
  {
    name: 'DELETE sessions/:id',
    method: 'DELETE',
    target: ({ sid }) => `/auth/sessions/${sid}`,
    hasSession: true,
    statuses: () => [204],
    done: isOver,
  },
]

const apiDeeds: readonly Deed[] = [
  ...['POST', 'PUT', 'DELETE'].map((method): Deed => ({
    name: `${method} of an API`,
    method,
    target: at('/api'),
    hasSession: true,
    statuses: () => [200],
    done: nothing,
  })),
  {
    name: 'an unknown method of an API',
    method: 'PURGE',
    target: at('/api'),
    hasSession: true,
    statuses: () => [404, 405, 501],
    done: nothing,
  },
  {
    name: 'WebSocket upgrade',
    method: 'GET',
    target: at('/api'),
    hasSession: true,
    headers: [
      ['Connection', 'Upgrade'],
      ['Upgrade', 'websocket'],
      ['Sec-WebSocket-Version', '13'],
      ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='],
    ],
    statuses: () => [200],
    done: nothing,
  },
]

function requestOf(
  deed: Pick<Deed, 'method' | 'target' | 'headers'>,
  { site, origin, token }: Picture,
  browser: SignedIn,
  stranger: SignedIn,
  type: BodyType,
): RequestSpec {
  const [contentType, body] = BODIES[type]
  const csrf = {
    none: [],
    own: [browser.csrf],
    'of another session': [stranger.csrf],
    tampered: [tampered(browser.csrf)],
  }
  const headers: Header[] = [
    browser.cookie,
    ...(deed.headers ?? []),
    ...SITES[site].map((value): Header => ['Sec-Fetch-Site', value]),
    ...ORIGINS[origin].map((value): Header => ['Origin', value]),
    ...csrf[token].map((value): Header => ['X-CSRF-Token', value]),
    ...(contentType === undefined || deed.method === 'GET' ? [] : [['Content-Type', contentType] as const]),
  ]
  const { method } = deed
  return { method, target: deed.target(browser), headers, ...(method === 'GET' ? {} : { body }) }
}

/** Another first letter of the MAC. */
function tampered(token: string): string {
  const [random, mac] = token.split('.') as [string, string]
  return `${random}.${mac.startsWith('A') ? 'B' : 'A'}${mac.slice(1)}`
}

const describePicture = ({ site, origin, token }: Picture, type: BodyType): string =>
  `site ${site}, origin ${origin}, token ${token}, ${type}`

/** Many at once, but no more than a server listens for. */
async function playAll(
  app: SessionApp,
  requests: readonly RequestSpec[],
): Promise<{ responses: RawResponse[]; handlers: string[] }> {
  const responses: RawResponse[] = []
  const handlers: string[] = []
  for (let i = 0; i < requests.length; i += 64) {
    const played = await app.playAll(requests.slice(i, i + 64))
    responses.push(...played.responses)
    handlers.push(...played.handlers)
  }
  return { responses, handlers }
}

function assertRejected(response: RawResponse, what: string): void {
  expect({ what, status: response.status, code: codeOf(response), cookies: setCookies(response) }).toEqual({
    what,
    status: 403,
    code: 'cross_site_rejected',
    cookies: [],
  })
  expect(headerOf(response, 'cache-control')).toBe('no-store')
}

describe.each(columns)('$name', (column) => {
  let app: SessionApp
  let stranger: SignedIn
  beforeAll(async () => {
    app = await sessionApp(column)
    stranger = await app.signIn()
  })
  afterAll(() => app.stop())

  /** A browser of its own for each, whose session is old enough to be rotated. */
  async function browsers(count: number): Promise<SignedIn[]> {
    const all = await Promise.all(Array.from({ length: count }, () => app.signIn()))
    app.clock.advance(31)
    return all
  }

  describe.each([...sessionDeeds, ...apiDeeds])('$name', (deed) => {
    const admitted = PICTURES.filter((picture) => isAdmitted(picture, deed.hasSession))
    const rejected = PICTURES.filter((picture) => !admitted.includes(picture))

    it('[I-30] [I-32] [D1] without proof of its origin is 403, changes nothing and clears nothing', async () => {
      const [victim] = await browsers(1)
      const before = await app.store.dump()
      const logins = app.logins.length
      const types = rejected.map((picture) => bodyTypeOf(picture))
      const requests = rejected.map((picture, i) => requestOf(deed, picture, victim!, stranger, types[i]!))
      const { responses, handlers } = await playAll(app, requests)
      expect(responses.length).toBeGreaterThan(100)
      for (const [i, response] of responses.entries()) {
        // A router may know of no such method before anybody asks who it is.
        if (deed.method === 'PURGE' && [404, 405, 501].includes(response.status)) continue
        assertRejected(response, describePicture(rejected[i]!, types[i]!))
      }
      expect(handlers).toEqual([])
      expect(app.logins).toHaveLength(logins)
      expect(await app.store.dump()).toBe(before)
    })

    it('[I-31] with a custom header in place of proof is 403 all the same', async () => {
      const [victim] = await browsers(1)
      const before = await app.store.dump()
      const picture = { site: 'absent', origin: 'absent', token: 'none' } as const
      const plain = requestOf(deed, picture, victim!, stranger, 'json')
      const requests = CUSTOM_HEADERS.map((header) => ({ ...plain, headers: [...plain.headers!, header] }))
      const { responses, handlers } = await playAll(app, requests)
      for (const [i, response] of responses.entries()) {
        if (deed.method === 'PURGE' && [404, 405, 501].includes(response.status)) continue
        assertRejected(response, CUSTOM_HEADERS[i]!.join(': '))
      }
      expect(responses).toHaveLength(CUSTOM_HEADERS.length)
      expect(handlers).toEqual([])
      expect(await app.store.dump()).toBe(before)
    })

    it('[I-30] with proof of its origin is done', async () => {
      const visitors = await browsers(admitted.length)
      const types = admitted.map((picture) => bodyTypeOf(picture))
      const requests = admitted.map((picture, i) =>
        requestOf(deed, picture, visitors[i]!, stranger, types[i]!),
      )
      const { responses } = await playAll(app, requests)
      expect(responses.length).toBeGreaterThan(10)
      for (const [i, { status }] of responses.entries()) {
        const what = describePicture(admitted[i]!, types[i]!)
        expect({ what, isRight: deed.statuses(types[i]!).includes(status), status }).toMatchObject({
          what,
          isRight: true,
        })
        await deed.done(app, visitors[i]!)
      }
    })
  })

  it.each(sessionDeeds)('$name takes no other method, whatever comes with it', async (deed) => {
    const [victim] = await browsers(1)
    const before = await app.store.dump()
    const proofs: readonly Picture[] = [
      { site: 'same-origin', origin: 'own', token: 'own' },
      { site: 'cross-site', origin: 'foreign', token: 'none' },
      { site: 'absent', origin: 'absent', token: 'own' },
    ]
    const others = ['GET', 'POST', 'PUT', 'DELETE', 'PURGE'].filter((method) => method !== deed.method)
    const requests = others.flatMap((method) =>
      BODY_TYPES.flatMap((type) =>
        proofs.map((picture) => requestOf({ ...deed, method }, picture, victim!, stranger, type)),
      ),
    )
    const { responses, handlers } = await playAll(app, requests)
    for (const [i, response] of responses.entries()) {
      const expected = requests[i]!.method === 'PURGE' ? [401, 403, 404, 405] : [405]
      expect(expected, requests[i]!.method).toContain(response.status)
      expect(setCookies(response)).toEqual([])
    }
    expect(handlers).toEqual([])
    expect(await app.store.dump()).toBe(before)
  })

  it('[I-30] GET of an API is safe: a link from anywhere arrives', async () => {
    const [visitor] = await browsers(1)
    const deed = { method: 'GET', target: at('/api') }
    const requests = PICTURES.map((picture) => requestOf(deed, picture, visitor!, stranger, 'json'))
    const { responses } = await playAll(app, requests)
    expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([200]))
  })

  it('[I-33] the CSRF token that a login gives opens its own session, and no other', async () => {
    const login = await app.play({
      method: 'POST',
      target: '/auth/login',
      headers: [SAME_ORIGIN, ['Content-Type', 'application/json']],
      body: BODIES.json[1],
    })
    const { csrfToken } = JSON.parse(login.response.body) as { csrfToken: string }
    const cookie: Header = [
      'Cookie',
      setCookies(login.response)
        .map((line) => line.split(';')[0])
        .join('; '),
    ]
    const post = async (...headers: Header[]): Promise<number> =>
      (
        await app.play({
          method: 'POST',
          target: '/api',
          headers: [...headers, ['Content-Type', 'application/json']],
          body: '{}',
        })
      ).response.status
    expect(await post(cookie, ['X-CSRF-Token', csrfToken])).toBe(200)
    expect(await post(cookie, ['X-CSRF-Token', stranger.csrf])).toBe(403)
    const [other] = await browsers(1)
    expect(await post(other!.cookie, ['X-CSRF-Token', csrfToken])).toBe(403)
  })
})

describe('a server of WebSockets', () => {
  it('[I-30] [D1] opens a channel for pages of an own or allowed origin only', async () => {
    const app = await sessionApp(columns[0]!)
    const browser = await app.signIn()
    const stranger = await app.signIn()
    const authenticator = createAuthenticator(app.sessions.verification())
    let opened = 0
    const handshake = async (req: IncomingMessage, socket: Duplex): Promise<void> => {
      const outcome = await authenticator.authenticate(nodeRequestView(req))
      if (outcome.type === 'authenticated') opened++
      const status = outcome.type === 'refused' ? outcome.refusal.status : 101
      socket.end(`HTTP/1.1 ${status} Answer\r\n\r\n`)
    }
    const server = createServer().on('upgrade', (req, socket) => void handshake(req, socket))
    const { port, stop } = await listen(server)
    const deed = apiDeeds.find(({ name }) => name === 'WebSocket upgrade')!
    try {
      for (const picture of PICTURES) {
        const { status } = await send(port, requestOf(deed, picture, browser, stranger, 'json'))
        const expected = isAdmitted(picture, true) ? 101 : 403
        expect({ picture, status }).toEqual({ picture, status: expected })
      }
      expect(opened).toBe(PICTURES.filter((picture) => isAdmitted(picture, true)).length)
    } finally {
      await stop()
      await app.stop()
    }
  })
})
