// Written by hand, as in many applications.
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { koaServer } from './application.mjs'

export const title = 'jose by hand'
export const algorithms = ['HS256', 'RS256']

export function createServer({ algorithm, issuer, audience, secret, jwksUri }) {
  const keys = secret ?? createRemoteJWKSet(new URL(jwksUri))
  const options = { issuer, audience, algorithms: [algorithm] }
  async function authenticate(ctx, next) {
    const [scheme, token] = ctx.get('Authorization').split(' ')
    try {
      if (scheme !== 'Bearer') throw new Error('no bearer token')
      ctx.state.auth = (await jwtVerify(token, keys, options)).payload
    } catch {
      ctx.status = 401
      ctx.body = { error: 'unauthorized' }
      return
    }
    await next()
  }
  return koaServer(authenticate, (ctx) => ctx.state.auth.sub)
}
