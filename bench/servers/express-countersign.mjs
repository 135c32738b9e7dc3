import { jwtAuth } from '@countersign/express'
import { expressServer } from './application.mjs'

export const title = 'Countersign'
export const algorithms = ['HS256', 'RS256']

export async function createServer({ issuer, audience, secret, jwksUri }) {
  const auth = jwtAuth({ issuer, audience, ...(secret === undefined ? { jwksUri } : { secret }) })
  await auth.ready()
  return expressServer(auth, (req) => req.auth.subject)
}
