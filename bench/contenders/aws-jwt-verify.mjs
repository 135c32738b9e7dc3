import { JwtVerifier } from 'aws-jwt-verify'

export const title = 'aws-jwt-verify, sync'
export const algorithms = ['RS256', 'ES256', 'EdDSA']

export function cold({ issuer, audience, jwks }) {
  const verifier = JwtVerifier.create({ issuer, audience, jwksUri: 'https://idp.example.com/jwks.json' })
  verifier.cacheJwks(jwks)
  return (token) => verifier.verifySync(token)
}
