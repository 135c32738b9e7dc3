import { JwtAuthGuard, JwtAuthModule } from '@countersign/nest'
import { nestServer } from './application-nest.mjs'

export const title = 'Countersign'
export const algorithms = ['HS256', 'RS256']

export function createServer({ issuer, audience, secret, jwksUri }) {
  const keys = secret === undefined ? { jwksUri } : { secret }
  return nestServer({
    imports: [JwtAuthModule.forRoot({ issuer, audience, ...keys })],
    guard: JwtAuthGuard,
    subjectOf: (req) => req.auth.subject,
  })
}
