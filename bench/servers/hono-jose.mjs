// Written by hand, as in many applications.
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { honoServer } from './application.mjs'

export const title = 'jose by hand'
export const algorithms = ['HS256', 'RS256']

export function createServer({ algorithm, issuer, audience, secret, jwksUri }) {
  const keys = secret ?? createRemoteJWKSet(new URL(jwksUri))
  const options = { issuer, audience, algorithms: [algorithm] }
  async function authenticate(c, next) {
    const [scheme, token] = (c.req.header('authorization') ?? '').split(' ')
    try {
      if (scheme !== 'Bearer') throw new Error('no bearer token')
      c.set('user', (await jwtVerify(token, keys, options)).payload)
    } catch {
      return c.json({ error: 'unauthorized' }, 401)
    }
    await next()
  }
  return honoServer(authenticate, (c) => c.get('user').sub)
}
