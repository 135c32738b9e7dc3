// #region queue
import { createAuthenticator, scope } from '@countersign/core'

const authenticator = createAuthenticator({
  issuer: 'https://idp.example.com',
  audience: 'https://api.example.com',
})

export async function onMessage(token: string): Promise<string> {
  const outcome = await authenticator.authenticateToken(token)
  const refusal = await authenticator.authorize(outcome, scope('orders:write'))
  if (refusal !== undefined) return refusal.body.code
  return outcome.type === 'authenticated' ? outcome.principal.subject : 'anonymous'
}
// #endregion
