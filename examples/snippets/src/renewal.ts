import { bindToExpiry, type Authenticator, type Principal } from '@countersign/core'
import type { WebSocket } from 'ws'

// #region renew
export function welcome(client: WebSocket, principal: Principal, authenticator: Authenticator): void {
  const binding = bindToExpiry(client, principal)

  async function renew(token: string): Promise<void> {
    const next = await authenticator.authenticateToken(token)
    if (next.type !== 'authenticated' || next.principal.subject !== principal.subject) return
    binding.renew(next.principal)
    client.send('renewed')
  }

  // the client sends its next token before the first one expires
  client.on('message', (data: Buffer) => void renew(data.toString('utf8')))
}
// #endregion

// #region ask
export function watch(
  client: WebSocket,
  principal: Principal,
  sessionOf: (principal: Principal) => Promise<Principal | undefined>,
): void {
  // asked 30 seconds ahead; without a new principal, the connection ends with the token
  bindToExpiry(client, principal, { onExpire: (current) => sessionOf(current), leadTime: 30 })
}
// #endregion
