import type { Authenticator } from '../authenticator.ts'
import type { Requirement } from '../guards/requirement.ts'
import type { Outcome } from '../outcome.ts'
import type { Refusal } from '../refusal/refuse.ts'
import { nodeRequestView, type NodeRequest } from '../request/node-view.ts'

/** The members of the socket of an `upgrade` event that are used. */
export interface UpgradeSocket {
  on(event: 'error', listener: (error: unknown) => void): unknown
  off(event: 'error', listener: (error: unknown) => void): unknown
  end(data: string, sent: () => void): unknown
  destroy(): unknown
}

/**
 * Authenticates the upgrade request of a WebSocket (`ws`, or any other on Node's `upgrade` event), and checks a
 * requirement if one is given. A cookie needs an own `Origin`, since CORS does not protect upgrades. If the request
 * is rejected, the response is written to the socket, and the caller has nothing left to do.
 *
 * @example
 * ```ts
 * server.on('upgrade', async (request, socket, head) => {
 *   const outcome = await authenticateUpgrade(authenticator, request, socket)
 *   if (outcome.type !== 'authenticated') return
 *   sockets.handleUpgrade(request, socket, head, (client) => bindToExpiry(client, outcome.principal))
 * })
 * ```
 */
export async function authenticateUpgrade<Claims>(
  authenticator: Authenticator<Claims>,
  request: NodeRequest,
  socket: UpgradeSocket,
  requirement?: Requirement,
): Promise<Outcome<Claims>> {
  // No other listener exists yet, and a client that disconnects now must not crash the process.
  socket.on('error', ignore)
  const outcome = await authenticator.authenticate(nodeRequestView(request))
  const refusal =
    outcome.type === 'refused'
      ? outcome.refusal
      : requirement && (await authenticator.authorize(outcome, requirement))
  if (refusal === undefined) {
    socket.off('error', ignore)
    return outcome
  }
  // Otherwise a client that keeps its own side open would hold the socket.
  socket.end(toHttp(refusal), () => socket.destroy())
  return { type: 'refused', refusal }
}

function ignore(): void {}

/** A refusal as text of HTTP/1.1 (RFC 9112). Its texts are ASCII. */
function toHttp({ status, headers, body }: Refusal): string {
  const text = JSON.stringify(body)
  const lines = Object.entries({ ...headers, 'Content-Length': String(text.length), Connection: 'close' })
  return `HTTP/1.1 ${status} ${body.title}\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${text}`
}
