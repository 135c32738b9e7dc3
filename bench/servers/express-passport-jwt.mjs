import jwksRsa from 'jwks-rsa'
import passport from 'passport'
import { ExtractJwt, Strategy } from 'passport-jwt'
import { expressServer } from './application.mjs'

export const title = 'passport-jwt (RS256: with jwks-rsa)'
export const algorithms = ['HS256', 'RS256']

export function createServer({ algorithm, issuer, audience, secretText, jwksUri }) {
  const keys =
    secretText === undefined
      ? { secretOrKeyProvider: jwksRsa.passportJwtSecret({ jwksUri, cache: true, rateLimit: true }) }
      : { secretOrKey: secretText }
  const jwtFromRequest = ExtractJwt.fromAuthHeaderAsBearerToken()
  const strategy = new Strategy(
    { jwtFromRequest, issuer, audience, algorithms: [algorithm], ...keys },
    (claims, done) => done(null, claims),
  )
  passport.use(strategy)
  return expressServer(passport.authenticate('jwt', { session: false }), (req) => req.user.sub)
}
