// The limit: node:crypto in a guard, with nothing around it.
import { Injectable, UnauthorizedException } from '@nestjs/common'
import { cold } from '../contenders/raw.mjs'
import { nestServer } from './application-nest.mjs'

export const title = 'node:crypto by hand (the limit)'
export const algorithms = ['HS256', 'RS256']

export function createServer(setup) {
  const verify = cold(setup)
  class RawGuard {
    canActivate(context) {
      const request = context.switchToHttp().getRequest()
      try {
        request.user = verify(request.headers.authorization.slice(7))
      } catch {
        throw new UnauthorizedException()
      }
      return true
    }
  }
  Injectable()(RawGuard)
  return nestServer({ guard: RawGuard, subjectOf: (req) => req.user.sub })
}
