// #region upgrade
import { authenticateUpgrade, bindToExpiry, createAuthenticator, scope } from '@countersign/core'
import { createServer, type IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'

const authenticator = createAuthenticator({
  issuer: 'https://idp.example.com',
  audience: 'https://api.example.com',
})
const sockets = new WebSocketServer({ noServer: true })

async function onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
  const outcome = await authenticateUpgrade(authenticator, request, socket, scope('chat'))
  if (outcome.type !== 'authenticated') return // it has been answered
  sockets.handleUpgrade(request, socket, head, (client) => {
    bindToExpiry(client, outcome.principal) // closes it with code 3000 when the token expires
    client.send(`hello ${outcome.principal.subject}`)
  })
}

const server = createServer()
server.on('upgrade', (request, socket, head) => void onUpgrade(request, socket, head))
server.listen(3000)
// #endregion
