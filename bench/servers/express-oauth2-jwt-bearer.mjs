import oauth2 from 'express-oauth2-jwt-bearer'
import { expressServer } from './application.mjs'

export const title = 'express-oauth2-jwt-bearer'
export const algorithms = ['HS256', 'RS256']

export function createServer({ algorithm, issuer, audience, secretText, jwksUri }) {
  const keys = secretText === undefined ? { jwksUri } : { secret: secretText }
  const middleware = oauth2.auth({ issuer, audience, tokenSigningAlg: algorithm, ...keys })
  return expressServer(middleware, (req) => req.auth.payload.sub)
}
