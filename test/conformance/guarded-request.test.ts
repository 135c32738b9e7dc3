import { check, currentPrincipal, type GuardedRequest } from '@countersign/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { APPS } from './apps.ts'
import { columns } from './columns/index.ts'
import { es256 } from './issuers.ts'
import { bearer } from './row.ts'
import type { AuthSpec, RunningApp } from './spec.ts'
import { send, sendBodyLater } from './wire/send.ts'

/** Lets a user read what is the user's own, by the parameter of the route. */
const isOwn = check('is own', ({ subject }, { params }) => params['user'] === subject)
const seen: GuardedRequest[] = []
const looks = check('looks', (_principal, request) => {
  seen.push(request)
  return Promise.resolve(true)
})

/** Whom code of the application sees, which is handed nothing. */
const subjects: (string | undefined)[] = []
let meanwhile: () => Promise<void> = async () => undefined

const hooks = {
  handle: () => {
    subjects.push(currentPrincipal()?.subject)
    void meanwhile().then(() => subjects.push(currentPrincipal()?.subject))
    return { status: 200, headers: {}, body: {} }
  },
  onError: () => ({ status: 500, headers: {}, body: {} }),
}

const as = (sub: string) => bearer(es256.token({ sub }))

describe.each(columns)('$name', (column) => {
  let app: RunningApp
  let tracked: RunningApp
  const routes = [
    { method: 'GET', path: '/users/:user', requirement: isOwn },
    { method: 'GET', path: '/looks', requirement: looks },
    { method: 'POST', path: '/me' },
    { method: 'GET', path: '/public', public: true },
  ] as const
  beforeAll(async () => {
    const auth: AuthSpec = APPS.bearer.auth!
    app = await column.start({ auth, routes }, hooks)
    tracked = await column.start({ auth: { ...auth, currentPrincipal: true }, routes }, hooks)
  })
  afterAll(async () => {
    await app.stop()
    await tracked.stop()
  })

  it('[V-22] a check in code sees the parameters of the route', async () => {
    expect((await send(app.port, { target: '/users/ada', ...as('ada') })).status).toBe(200)
    expect((await send(app.port, { target: '/users/ada', ...as('bob') })).status).toBe(403)
  })

  it("[V-22] a check in code sees the framework's own request", async () => {
    seen.length = 0
    expect((await send(app.port, { target: '/looks', ...as('ada') })).status).toBe(200)
    expect(seen).toHaveLength(1)
    expect(seen[0]!.raw).toBeTypeOf('object')
    expect(seen[0]!.params).toBeTypeOf('object')
  })

  it('[V-23] the current principal is that of the request, also where a body is read and after waiting', async () => {
    subjects.length = 0
    const waiting: (() => void)[] = []
    meanwhile = () => new Promise((resolve) => void waiting.push(resolve))
    const body = JSON.stringify({ a: 'x'.repeat(10_000) })
    const post = async (sub: string) => {
      const { headers = [] } = as(sub)
      const json = [...headers, ['Content-Type', 'application/json'] as const]
      return (await sendBodyLater(tracked.port, { method: 'POST', headers: json, body })).status
    }
    expect([await post('ada'), await post('bob')].map((status) => status < 300)).toEqual([true, true])
    for (const go of waiting.toReversed()) go()
    await new Promise(setImmediate)
    expect(subjects).toEqual(['ada', 'bob', 'bob', 'ada'])
  })

  it('[V-23] the current principal is nobody on a public route, and outside of requests', async () => {
    subjects.length = 0
    meanwhile = async () => undefined
    expect((await send(tracked.port, { target: '/public', ...as('ada') })).status).toBe(200)
    await new Promise(setImmediate)
    expect(subjects).toEqual([undefined, undefined])
    expect(currentPrincipal()).toBeUndefined()
  })
})
