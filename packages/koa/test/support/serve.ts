import { createRequire } from 'node:module'
import Koa from 'koa'
import { listen, type Ask } from '../../../../test/support/adapters.ts'

const require = createRequire(import.meta.url)

/** The releases that are supported. The types are those of Koa 3, which differ only where no test looks. */
export const releases: readonly (readonly [name: string, koa: typeof Koa])[] = [
  ['Koa 3', Koa],
  ['Koa 2', require('koa2') as typeof Koa],
]

/** Serves an application until the test is over; returns how to send requests to it. */
export function serve(app: Koa): Promise<Ask> {
  const handle = app.callback()
  return listen((req, res) => void handle(req, res))
}

/** Errors that reach Koa's default handler, which else would print them. */
export function errorsOf(app: Koa): unknown[] {
  const errors: unknown[] = []
  app.on('error', (error) => errors.push(error))
  return errors
}
