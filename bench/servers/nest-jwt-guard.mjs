// The guard of Nest's own documentation, with a text secret or a PEM.
import { Inject, Injectable, UnauthorizedException } from '@nestjs/common'
import { JwtModule, JwtService } from '@nestjs/jwt'
import { nestServer } from './application-nest.mjs'

export const title = '@nestjs/jwt in a guard'
export const algorithms = ['HS256', 'RS256']

export function createServer({ algorithm, issuer, audience, secretText, pem }) {
  const keys = secretText === undefined ? { publicKey: pem } : { secret: secretText }
  class AuthGuard {
    constructor(jwt) {
      this.jwt = jwt
    }

    async canActivate(context) {
      const request = context.switchToHttp().getRequest()
      const [type, token] = request.headers.authorization?.split(' ') ?? []
      if (type !== 'Bearer' || !token) throw new UnauthorizedException()
      try {
        request.user = await this.jwt.verifyAsync(token)
      } catch {
        throw new UnauthorizedException()
      }
      return true
    }
  }
  Injectable()(AuthGuard)
  Inject(JwtService)(AuthGuard, undefined, 0)
  const verifyOptions = { issuer, audience, algorithms: [algorithm] }
  return nestServer({
    imports: [JwtModule.register({ ...keys, verifyOptions })],
    guard: AuthGuard,
    subjectOf: (req) => req.user.sub,
  })
}
