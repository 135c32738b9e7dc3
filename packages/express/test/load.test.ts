import { jwtAuth } from '@countersign/express'
import { createTestIssuer, type TestIssuer } from '@countersign/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { clock } from '../../../test/support/adapters.ts'
import { releases, serve } from './support/serve.ts'
import { pipeline } from './support/pipeline.ts'

const REQUESTS = 20_000
const CONNECTIONS = 8

const signature = 'A'.repeat(86)

/** A request whose token names a key that nobody ever heard of. */
function strange(i: number, payload: string): string {
  const kid = `${i}-${Math.trunc(i * 2_654_435_761) % 1_000_003}`
  const header = Buffer.from(JSON.stringify({ alg: 'ES256', kid })).toString('base64url')
  return `GET / HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${header}.${payload}.${signature}\r\n\r\n`
}

/** As many of these as asked for, dealt to the connections. */
async function flood(idp: TestIssuer, total: number): Promise<string[][]> {
  const [, payload = ''] = (await idp.token()).split('.')
  const hands: string[][] = Array.from({ length: CONNECTIONS }, () => [])
  for (let i = 0; i < total; i++) hands[i % CONNECTIONS]!.push(strange(i, payload))
  return hands
}

function sum(counts: readonly Map<number, number>[]): Record<number, number> {
  const total: Record<number, number> = {}
  for (const count of counts) for (const [status, n] of count) total[status] = (total[status] ?? 0) + n
  return total
}

describe.each(releases)('%s under load', (_name, express) => {
  let idp: TestIssuer

  beforeEach(async () => {
    idp = await createTestIssuer({ issuer: 'https://idp.test', listen: true, clock })
  })
  afterEach(() => idp.close())

  async function start() {
    const app = express()
    app.use(jwtAuth(idp.options))
    app.get('/', (_req, res) => void res.send('hello'))
    return serve(app)
  }

  it(
    `[D9] [V-14] ${REQUESTS} requests with random kids cause one key fetch a cooldown`,
    { timeout: 60_000 },
    async () => {
      const ask = await start()
      expect((await ask('/', { headers: { authorization: await idp.bearer() } })).status).toBe(200)
      expect(idp.requests).toBe(1)
      clock.advance(31)
      const half = await flood(idp, REQUESTS / 2)
      const first = await Promise.all(half.map((hand) => pipeline(ask.port, hand)))
      expect(sum(first)).toEqual({ 401: REQUESTS / 2 })
      expect(idp.requests).toBe(2)
      clock.advance(31)
      const second = await Promise.all(half.map((hand) => pipeline(ask.port, hand)))
      expect(sum(second)).toEqual({ 401: REQUESTS / 2 })
      expect(idp.requests).toBe(3)
      expect((await ask('/', { headers: { authorization: await idp.bearer() } })).status).toBe(200)
    },
  )

  it('[D8] [D9] with the key server down from the start, a flood is 503 and causes one try', async () => {
    const ask = await start()
    await idp.goOffline('error')
    const counts = await Promise.all((await flood(idp, 1_000)).map((hand) => pipeline(ask.port, hand)))
    expect(sum(counts)).toEqual({ 503: 1_000 })
    expect(idp.requests).toBe(1)
    await idp.goOnline()
    clock.advance(1)
    expect((await ask('/', { headers: { authorization: await idp.bearer() } })).status).toBe(200)
    expect(idp.requests).toBe(2)
  })

  it('answers a good token while strangers flood', async () => {
    const ask = await start()
    const good = `GET / HTTP/1.1\r\nHost: x\r\nAuthorization: ${await idp.bearer()}\r\n\r\n`
    const hands = (await flood(idp, 2_000)).map((hand) => [...hand, good])
    const counts = await Promise.all(hands.map((hand) => pipeline(ask.port, hand)))
    expect(sum(counts)).toEqual({ 401: 2_000, 200: CONNECTIONS })
  })
})
