// Written by hand, as in many applications: twenty lines around jose.
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { expressServer } from './application.mjs'

export const title = 'jose by hand'
export const algorithms = ['HS256', 'RS256']

export function createServer({ algorithm, issuer, audience, secret, jwksUri }) {
  const keys = secret ?? createRemoteJWKSet(new URL(jwksUri))
  const options = { issuer, audience, algorithms: [algorithm] }
  async function authenticate(req, res, next) {
    const [scheme, token] = (req.headers.authorization ?? '').split(' ')
    if (scheme !== 'Bearer' || !token) {
      res.status(401).json({ error: 'unauthorized' })
      return
    }
    try {
      req.auth = (await jwtVerify(token, keys, options)).payload
    } catch {
      res.status(401).json({ error: 'unauthorized' })
      return
    }
    next()
  }
  return expressServer(authenticate, (req) => req.auth.sub)
}
