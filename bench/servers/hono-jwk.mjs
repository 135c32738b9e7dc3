import { jwk } from 'hono/jwk'
import { honoServer } from './application.mjs'

// It fetches the key set for each request.
export const title = 'hono/jwk'
export const algorithms = ['RS256']

export function createServer({ issuer, audience, jwksUri }) {
  const verification = { iss: issuer, aud: audience, typ: 'at+jwt' }
  return honoServer(jwk({ jwks_uri: jwksUri, alg: ['RS256'], verification }), (c) => c.get('jwtPayload').sub)
}
