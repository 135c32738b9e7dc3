import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { Duplex } from 'node:stream'
import {
  authenticateUpgrade,
  bindToExpiry,
  createAuthenticator,
  scope,
  type AuthenticatorOptions,
  type Principal,
} from '@countersign/core'
import { WebSocketServer, type WebSocket } from 'ws'

/** A chat: who sends `{ "token": … }` goes on with that token, anything else is said to all. */
export function createChat(options: AuthenticatorOptions): Server {
  const authenticator = createAuthenticator(options)
  const sockets = new WebSocketServer({ noServer: true })

  function welcome(client: WebSocket, principal: Principal): void {
    const binding = bindToExpiry(client, principal) // closed with code 3000 when the token expires

    async function onMessage(message: { token?: string; text?: string }): Promise<void> {
      if (message.token === undefined) {
        const said = JSON.stringify({ from: principal.subject, text: message.text })
        for (const other of sockets.clients) other.send(said)
        return
      }
      const next = await authenticator.authenticateToken(message.token)
      const renewed = next.type === 'authenticated' && next.principal.subject === principal.subject
      if (renewed) binding.renew(next.principal)
      client.send(JSON.stringify({ renewed }))
    }

    client.on('error', () => client.terminate())
    client.on('message', (data: Buffer) => {
      onMessage(JSON.parse(data.toString('utf8')) as object).catch(() => client.close(1008))
    })
  }

  async function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const outcome = await authenticateUpgrade(authenticator, request, socket, scope('chat'))
    if (outcome.type !== 'authenticated') return // answered already
    sockets.handleUpgrade(request, socket, head, (client) => welcome(client, outcome.principal))
  }

  const server = createServer((_req, res) => res.writeHead(426).end())
  server.on('upgrade', (request, socket, head) => void upgrade(request, socket, head))
  return server
}
