import { base64url, startKeyServer } from '@countersign/forge'
import { jwtAuth } from '@countersign/express'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { KeyServer } from '@countersign/forge'
import { bearer, clock, options, releases, serve, signer } from './support/serve.ts'
import { pipeline } from './support/pipeline.ts'

const REQUESTS = 20_000
const CONNECTIONS = 8

const payload = base64url(signer.claims())
const signature = 'A'.repeat(86)

/** A request whose token names a key that nobody ever heard of. */
function strange(i: number): string {
  const header = base64url(`{"alg":"ES256","kid":"${i}-${Math.trunc(i * 2_654_435_761) % 1_000_003}"}`)
  return `GET / HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${header}.${payload}.${signature}\r\n\r\n`
}

/** As many of these as asked for, dealt to the connections. */
function flood(total: number): string[][] {
  const hands: string[][] = Array.from({ length: CONNECTIONS }, () => [])
  for (let i = 0; i < total; i++) hands[i % CONNECTIONS]!.push(strange(i))
  return hands
}

function sum(counts: readonly Map<number, number>[]): Record<number, number> {
  const total: Record<number, number> = {}
  for (const count of counts) for (const [status, n] of count) total[status] = (total[status] ?? 0) + n
  return total
}

describe.each(releases)('%s under load', (_name, express) => {
  let keyServer: KeyServer

  beforeEach(async () => {
    keyServer = await startKeyServer(signer.jwk)
  })
  afterEach(() => keyServer.stop())

  async function start() {
    const app = express()
    const { issuer, audience, now } = options
    app.use(jwtAuth({ issuer, audience, now, jwksUri: keyServer.jwksUri }))
    app.get('/', (_req, res) => void res.send('hello'))
    return serve(app)
  }

  it(
    `[D9] [V-14] ${REQUESTS} requests with random kids cause one key fetch a cooldown`,
    { timeout: 60_000 },
    async () => {
      const ask = await start()
      expect((await ask('/', { headers: bearer() })).status).toBe(200)
      expect(keyServer.fetches()).toBe(1)
      clock.advance(31)
      const half = flood(REQUESTS / 2)
      const first = await Promise.all(half.map((hand) => pipeline(ask.port, hand)))
      expect(sum(first)).toEqual({ 401: REQUESTS / 2 })
      expect(keyServer.fetches()).toBe(2)
      clock.advance(31)
      const second = await Promise.all(half.map((hand) => pipeline(ask.port, hand)))
      expect(sum(second)).toEqual({ 401: REQUESTS / 2 })
      expect(keyServer.fetches()).toBe(3)
      expect((await ask('/', { headers: bearer() })).status).toBe(200)
    },
  )

  it('[D8] [D9] with the key server down from the start, a flood is 503 and causes one try', async () => {
    const ask = await start()
    await keyServer.down()
    keyServer.requests.length = 0
    const counts = await Promise.all(flood(1_000).map((hand) => pipeline(ask.port, hand)))
    expect(sum(counts)).toEqual({ 503: 1_000 })
    await keyServer.up()
    clock.advance(1)
    expect((await ask('/', { headers: bearer() })).status).toBe(200)
    expect(keyServer.requests).toEqual(['/jwks'])
  })

  it('answers a good token while strangers flood', async () => {
    const ask = await start()
    const good = `GET / HTTP/1.1\r\nHost: x\r\nAuthorization: ${bearer().authorization}\r\n\r\n`
    const hands = flood(2_000).map((hand) => [...hand, good])
    const counts = await Promise.all(hands.map((hand) => pipeline(ask.port, hand)))
    expect(sum(counts)).toEqual({ 401: 2_000, 200: CONNECTIONS })
  })
})
