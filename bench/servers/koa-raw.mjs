// The limit: node:crypto in a middleware, with nothing around it.
import { cold } from '../contenders/raw.mjs'
import { koaServer } from './application.mjs'

export const title = 'node:crypto by hand (the limit)'
export const algorithms = ['HS256', 'RS256']

export function createServer(setup) {
  const verify = cold(setup)
  return koaServer(
    (ctx, next) => {
      try {
        ctx.state.auth = verify(ctx.get('Authorization').slice(7))
      } catch {
        ctx.status = 401
        ctx.body = ''
        return undefined
      }
      return next()
    },
    (ctx) => ctx.state.auth.sub,
  )
}
