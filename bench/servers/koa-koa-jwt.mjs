import jwksRsa from 'jwks-rsa'
import jwt from 'koa-jwt'
import { koaServer } from './application.mjs'

export const title = 'koa-jwt (RS256: with jwks-rsa)'
export const algorithms = ['HS256', 'RS256']

export function createServer({ algorithm, issuer, audience, secretText, jwksUri }) {
  const secret = secretText ?? jwksRsa.koaJwtSecret({ jwksUri, cache: true, rateLimit: true })
  return koaServer(jwt({ secret, issuer, audience, algorithms: [algorithm] }), (ctx) => ctx.state.user.sub)
}
