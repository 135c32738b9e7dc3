import { expressjwt } from 'express-jwt'
import { expressServer } from './application.mjs'

export const title = 'express-jwt, KeyObject'
export const algorithms = ['HS256', 'RS256']

export function createServer({ algorithm, issuer, audience, key }) {
  return expressServer(
    expressjwt({ secret: key, issuer, audience, algorithms: [algorithm] }),
    (req) => req.auth.sub,
  )
}
