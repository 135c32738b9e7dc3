// Written by hand, as in many applications.
import { Injectable, UnauthorizedException } from '@nestjs/common'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { nestServer } from './application-nest.mjs'

export const title = 'jose by hand'
export const algorithms = ['HS256', 'RS256']

export function createServer({ algorithm, issuer, audience, secret, jwksUri }) {
  const keys = secret ?? createRemoteJWKSet(new URL(jwksUri))
  const options = { issuer, audience, algorithms: [algorithm] }
  class AuthGuard {
    async canActivate(context) {
      const request = context.switchToHttp().getRequest()
      const [type, token] = request.headers.authorization?.split(' ') ?? []
      if (type !== 'Bearer' || !token) throw new UnauthorizedException()
      try {
        request.user = (await jwtVerify(token, keys, options)).payload
      } catch {
        throw new UnauthorizedException()
      }
      return true
    }
  }
  Injectable()(AuthGuard)
  return nestServer({ guard: AuthGuard, subjectOf: (req) => req.user.sub })
}
