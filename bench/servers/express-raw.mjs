// The limit: node:crypto in a middleware, with nothing around it.
import { cold } from '../contenders/raw.mjs'
import { expressServer } from './application.mjs'

export const title = 'node:crypto by hand (the limit)'
export const algorithms = ['HS256', 'RS256']

export function createServer(setup) {
  const verify = cold(setup)
  return expressServer(
    (req, res, next) => {
      try {
        req.auth = verify(req.headers.authorization.slice(7))
      } catch {
        res.status(401).end()
        return
      }
      next()
    },
    (req) => req.auth.sub,
  )
}
