// #region gate
import { createGate, scope } from '@countersign/core'

const gate = createGate({ issuer: 'https://idp.example.com', audience: 'https://api.example.com' })

export async function handle(request: Request): Promise<Response> {
  const { response, principal } = await gate.authenticate(request, scope('orders:read'))
  return response ?? Response.json({ hello: principal?.subject })
}
// #endregion
