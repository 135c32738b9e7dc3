// Real connections whose token expires when the test says so: what is waited for is the event, never a time.
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  authenticateUpgrade,
  bindToExpiry,
  type ExpiryBinding,
  type ExpiryOptions,
  type Principal,
} from '@countersign/core'
import { createSigner, fakeClock } from '@countersign/forge'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { principalFor, trusting } from '../support/authenticate.ts'
import { connectTo, handshake, serveUpgrades } from '../support/sockets.ts'

const clock = fakeClock()
const signer = createSigner({ alg: 'ES256', kid: 'k1', now: clock.now })
const authenticator = trusting(signer, { now: clock.now })
type Claims = Principal['claims']

beforeEach(() => {
  clock.set(Date.UTC(2026, 0, 1))
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})
afterEach(() => {
  vi.useRealTimers()
})

/** Lets so many milliseconds pass, for the clock and for timers. Whatever is due by then has begun when it returns. */
function pass(milliseconds: number): void {
  clock.set(clock.now() + milliseconds)
  vi.advanceTimersByTime(milliseconds)
}

/** A token that expires in so many seconds. */
function living(seconds: number): string {
  return signer.token({ exp: clock.seconds() + seconds })
}

/** A chat: whoever sends a token goes on with it. */
async function chat(options: ExpiryOptions<Claims> = {}) {
  const sockets = new WebSocketServer({ noServer: true })
  const bindings: ExpiryBinding<Claims>[] = []
  const { port } = await serveUpgrades(async (request, socket, head) => {
    const outcome = await authenticateUpgrade(authenticator, request, socket)
    if (outcome.type !== 'authenticated') return
    sockets.handleUpgrade(request, socket, head, (client) => {
      const binding = bindToExpiry(client, outcome.principal, { now: clock.now, ...options })
      bindings.push(binding)
      const renew = async (token: string) => {
        binding.renew(await principalFor(authenticator, token))
        client.send('renewed')
      }
      client.on('message', (data: Buffer) => void renew(data.toString('utf8')))
    })
  })
  return { port, bindings }
}

async function open(port: number, token: string): Promise<WebSocket> {
  const client = new WebSocket(`ws://127.0.0.1:${port}`, { headers: { authorization: `Bearer ${token}` } })
  onTestFinished(() => client.terminate())
  await once(client, 'open')
  return client
}

/** Proves that a connection is open, and that the server has done what was to be done. */
async function roundTrip(client: WebSocket): Promise<void> {
  const answered = once(client, 'pong')
  client.ping()
  await answered
}

/** Code and reason with which a client is closed, once these milliseconds have passed. */
async function endAfter(client: WebSocket, milliseconds: number) {
  const closed = once(client, 'close')
  pass(milliseconds)
  const [code, reason] = (await closed) as [number, Buffer]
  return [code, reason.toString('utf8')]
}

const END = [3000, 'token expired']

describe('a WebSocket whose token expires', () => {
  it('is closed at the expiry, and not before, with code 3000', async () => {
    const { port } = await chat()
    const client = await open(port, living(10))
    pass(9_999)
    await roundTrip(client)
    expect(await endAfter(client, 1)).toEqual(END)
  })

  it('goes on with a token that the client sent in time, and ends with that one', async () => {
    const { port } = await chat()
    const client = await open(port, living(10))
    client.send(living(20))
    await once(client, 'message')
    pass(19_999)
    await roundTrip(client)
    expect(await endAfter(client, 1)).toEqual(END)
  })

  it('goes on with a token that the server has for it', async () => {
    const next = await principalFor(authenticator, living(20))
    const { port, bindings } = await chat({ onExpire: () => next })
    const client = await open(port, living(10))
    pass(5_000) // the time ahead of the expiry at which the function is asked
    await roundTrip(client)
    expect(bindings[0]!.principal).toBe(next)
    pass(14_999)
    await roundTrip(client)
    expect(await endAfter(client, 1)).toEqual(END)
  })

  it('is cut off within a second where its peer does not answer the close', async () => {
    const { port } = await chat()
    const peer = await connectTo(port)
    peer.write(handshake([`Authorization: Bearer ${living(10)}`]))
    await once(peer, 'data')
    const goodbye = once(peer, 'data')
    pass(10_000)
    await goodbye
    const end = once(peer, 'end')
    pass(999)
    expect(await end).toEqual([])
  })

  it('is closed by real timers, too, and not before its time', async () => {
    vi.useRealTimers()
    const { port } = await chat({ now: Date.now })
    clock.set(Date.now())
    const expiresAt = clock.now() + 600
    const client = await open(port, signer.token({ exp: expiresAt / 1_000 }))
    await once(client, 'close')
    expect(Date.now()).toBeGreaterThanOrEqual(expiresAt)
  })
})

describe('a response that streams server-sent events', () => {
  /** A stream that begins with one event, and is ended by nobody but the binding. */
  async function stream(more: (response: ServerResponse) => void = () => undefined) {
    const begin = async (request: IncomingMessage, response: ServerResponse) => {
      const principal = await principalFor(authenticator, request.headers.authorization!.slice(7))
      bindToExpiry(response, principal, { now: clock.now })
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write('data: hello\n\n')
      more(response)
    }
    const server = createServer((request, response) => void begin(request, response))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    })
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    return (token: string) => fetch(url, { headers: { authorization: `Bearer ${token}` } })
  }

  it('ends at the expiry, not before, and properly', async () => {
    const begun: ServerResponse[] = []
    const ask = await stream((response) => void begun.push(response))
    const response = await ask(living(10))
    pass(9_999)
    expect(begun.map(({ writableEnded }) => writableEnded)).toEqual([false])
    pass(1)
    expect(await response.text()).toBe('data: hello\n\n')
  })

  it('that is written to after its end takes no process along', async () => {
    let onWritten = (_error: unknown): void => undefined
    const written = new Promise((resolve) => {
      onWritten = resolve
    })
    const ask = await stream((response) => {
      const end = response.end.bind(response)
      // ended, and not closed yet: here Node raises an error, which nobody listens to
      response.end = () => {
        end()
        response.write('data: too late\n\n', (error) => onWritten(error))
        return response
      }
    })
    const response = await ask(living(10))
    pass(10_000)
    expect(await response.text()).toBe('data: hello\n\n')
    expect(await written).toMatchObject({ code: 'ERR_STREAM_WRITE_AFTER_END' })
  })
})
