// Written by hand, as in many applications.
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { fastifyServer } from './application.mjs'

export const title = 'jose by hand'
export const algorithms = ['HS256', 'RS256']

export function createServer({ algorithm, issuer, audience, secret, jwksUri }) {
  const keys = secret ?? createRemoteJWKSet(new URL(jwksUri))
  const options = { issuer, audience, algorithms: [algorithm] }
  async function authenticate(request, reply) {
    const [scheme, token] = (request.headers.authorization ?? '').split(' ')
    try {
      if (scheme !== 'Bearer') throw new Error('no bearer token')
      request.user = (await jwtVerify(token, keys, options)).payload
    } catch {
      return reply.code(401).send({ error: 'unauthorized' })
    }
  }
  return fastifyServer(
    async (app) => {
      app.decorateRequest('user')
      app.addHook('onRequest', authenticate)
    },
    (request) => request.user.sub,
  )
}
