import { Injectable } from '@nestjs/common'
import { AuthGuard, PassportModule, PassportStrategy } from '@nestjs/passport'
import jwksRsa from 'jwks-rsa'
import { ExtractJwt, Strategy } from 'passport-jwt'
import { nestServer } from './application-nest.mjs'

export const title = '@nestjs/passport and passport-jwt'
export const algorithms = ['HS256', 'RS256']

export function createServer({ algorithm, issuer, audience, secretText, jwksUri }) {
  const keys =
    secretText === undefined
      ? { secretOrKeyProvider: jwksRsa.passportJwtSecret({ jwksUri, cache: true, rateLimit: true }) }
      : { secretOrKey: secretText }
  const jwtFromRequest = ExtractJwt.fromAuthHeaderAsBearerToken()
  class JwtStrategy extends PassportStrategy(Strategy) {
    constructor() {
      super({ jwtFromRequest, issuer, audience, algorithms: [algorithm], ...keys })
    }

    validate(claims) {
      return claims
    }
  }
  Injectable()(JwtStrategy)
  return nestServer({
    imports: [PassportModule],
    providers: [JwtStrategy],
    guard: AuthGuard('jwt'),
    subjectOf: (req) => req.user.sub,
  })
}
