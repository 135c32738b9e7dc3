import jwt from '@fastify/jwt'
import { fastifyServer } from './application.mjs'

export const title = '@fastify/jwt, cache off'
export const algorithms = ['HS256']

export function createServer({ issuer, audience, secret }) {
  const verify = { allowedIss: issuer, allowedAud: audience, algorithms: ['HS256'] }
  return fastifyServer(
    async (app) => {
      await app.register(jwt, { secret, verify })
      app.addHook('onRequest', (request) => request.jwtVerify())
    },
    (request) => request.user.sub,
  )
}
