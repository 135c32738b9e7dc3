// Real connections that live as long as a short token. What is waited for is the event, never a time.
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  authenticateUpgrade,
  bindToExpiry,
  type Authenticator,
  type ExpiryBinding,
  type ExpiryOptions,
  type Principal,
} from '@countersign/core'
import { createSigner } from '@countersign/forge'
import { describe, expect, it, onTestFinished } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { principalFor, trusting } from '../support/judge.ts'
import { connectTo, handshake, serveUpgrades } from '../support/sockets.ts'

const signer = createSigner({ alg: 'ES256', kid: 'k1' })
const authenticator = trusting(signer)
type Claims = Principal['claims']

/** A token that expires in so many seconds. A NumericDate may have a fraction (RFC 7519 section 2). */
function shortLived(seconds = 0.6): string {
  return signer.token({ exp: Date.now() / 1_000 + seconds })
}

/** A chat: whoever sends a token goes on with it. */
async function chat(options: ExpiryOptions<Claims> = {}) {
  const sockets = new WebSocketServer({ noServer: true })
  const bindings: ExpiryBinding<Claims>[] = []
  const { port } = await serveUpgrades(async (request, socket, head) => {
    const outcome = await authenticateUpgrade(authenticator, request, socket)
    if (outcome.type !== 'authenticated') return
    sockets.handleUpgrade(request, socket, head, (client) => {
      const binding = bindToExpiry(client, outcome.principal, options)
      bindings.push(binding)
      const renew = async (token: string) => {
        binding.renew(await principalFor(authenticator, token))
        client.send('renewed')
      }
      client.on('message', (data: Buffer) => void renew(data.toString('utf8')))
    })
  })
  return { port, sockets, bindings }
}

async function open(port: number, token: string): Promise<WebSocket> {
  const client = new WebSocket(`ws://127.0.0.1:${port}`, { headers: { authorization: `Bearer ${token}` } })
  onTestFinished(() => client.terminate())
  await once(client, 'open')
  return client
}

/** Code and reason of the close, and how long after the expiry it came, in milliseconds. */
async function endOf(client: WebSocket, expiresAt: number) {
  const [code, reason] = (await once(client, 'close')) as [number, Buffer]
  return { code, reason: reason.toString('utf8'), late: Date.now() - expiresAt }
}

async function expiryOf(token: string, by: Authenticator = authenticator): Promise<number> {
  return (await principalFor(by, token)).expiresAt
}

describe('a WebSocket whose token expires', () => {
  it('is closed within a second of the expiry, with code 3000', async () => {
    const { port } = await chat()
    const token = shortLived()
    const end = await endOf(await open(port, token), await expiryOf(token))
    expect(end).toMatchObject({ code: 3000, reason: 'token expired' })
    expect(end.late).toBeGreaterThanOrEqual(0)
    expect(end.late).toBeLessThan(1_000)
  })

  it('goes on with a token that the client sent in time, and ends with that one', async () => {
    const { port } = await chat()
    const client = await open(port, shortLived())
    const next = shortLived(1.2)
    client.send(next)
    await once(client, 'message')
    const end = await endOf(client, await expiryOf(next))
    expect(end.code).toBe(3000)
    expect(end.late).toBeGreaterThanOrEqual(0)
    expect(end.late).toBeLessThan(1_000)
  })

  it('goes on with a token that the server has for it', async () => {
    const next = await principalFor(authenticator, shortLived(1.2))
    const { port, bindings } = await chat({ onExpire: () => next })
    const client = await open(port, shortLived())
    const end = await endOf(client, next.expiresAt)
    expect(bindings[0]!.principal).toBe(next)
    expect(end.code).toBe(3000)
    expect(end.late).toBeGreaterThanOrEqual(0)
    expect(end.late).toBeLessThan(1_000)
  })

  it('is cut off within a second where its peer does not answer the close', async () => {
    const { port } = await chat()
    const token = shortLived()
    const peer = await connectTo(port)
    peer.write(handshake([`Authorization: Bearer ${token}`]))
    peer.resume()
    await once(peer, 'end')
    const late = Date.now() - (await expiryOf(token))
    expect(late).toBeGreaterThanOrEqual(0)
    expect(late).toBeLessThan(1_000)
  })
})

describe('a response that streams server-sent events', () => {
  /** A stream that begins with one event, and is ended by nobody but the binding. */
  async function stream(more: (response: ServerResponse) => void = () => undefined) {
    const begin = async (request: IncomingMessage, response: ServerResponse) => {
      const principal = await principalFor(authenticator, request.headers.authorization!.slice(7))
      bindToExpiry(response, principal)
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

  it('ends within a second of the expiry, and properly', async () => {
    const ask = await stream()
    const token = shortLived()
    const response = await ask(token)
    expect(await response.text()).toBe('data: hello\n\n')
    const late = Date.now() - (await expiryOf(token))
    expect(late).toBeGreaterThanOrEqual(0)
    expect(late).toBeLessThan(1_000)
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
    expect(await (await ask(shortLived())).text()).toBe('data: hello\n\n')
    expect(await written).toMatchObject({ code: 'ERR_STREAM_WRITE_AFTER_END' })
  })
})
