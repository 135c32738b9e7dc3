import { jwt } from 'hono/jwt'
import { honoServer } from './application.mjs'

export const title = 'hono/jwt'
export const algorithms = ['HS256']

export function createServer({ issuer, audience, secretText }) {
  const verification = { iss: issuer, aud: audience, typ: 'at+jwt' }
  return honoServer(jwt({ secret: secretText, alg: 'HS256', verification }), (c) => c.get('jwtPayload').sub)
}
