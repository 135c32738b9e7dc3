// As in its README: a text secret, or keys from jwks-rsa.
import { expressjwt } from 'express-jwt'
import jwksRsa from 'jwks-rsa'
import { expressServer } from './application.mjs'

export const title = 'express-jwt (RS256: with jwks-rsa)'
export const algorithms = ['HS256', 'RS256']

export function createServer({ algorithm, issuer, audience, secretText, jwksUri }) {
  const secret = secretText ?? jwksRsa.expressJwtSecret({ jwksUri, cache: true, rateLimit: true })
  return expressServer(
    expressjwt({ secret, issuer, audience, algorithms: [algorithm] }),
    (req) => req.auth.sub,
  )
}
