import { jwtAuth } from '@countersign/fastify'
import { fastifyServer } from './application.mjs'

export const title = 'Countersign'
export const algorithms = ['HS256', 'RS256']

export async function createServer({ issuer, audience, secret, jwksUri }) {
  const auth = jwtAuth({ issuer, audience, ...(secret === undefined ? { jwksUri } : { secret }) })
  await auth.ready()
  return fastifyServer(
    (app) => app.register(auth),
    (request) => request.auth.subject,
  )
}
