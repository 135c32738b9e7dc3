import { jwtAuth } from '@countersign/hono'
import { honoServer } from './application.mjs'

export const title = 'Countersign'
export const algorithms = ['HS256', 'RS256']

export async function createServer({ issuer, audience, secret, jwksUri }) {
  const auth = jwtAuth({ issuer, audience, ...(secret === undefined ? { jwksUri } : { secret }) })
  await auth.ready()
  return honoServer(auth, (c) => c.var.auth.subject)
}
