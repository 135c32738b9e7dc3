import { inspect } from 'node:util'
import { jwtAuth } from '@countersign/express'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { assertLeaksNothing, options } from '../../../test/support/adapters.ts'
import { releases, serve } from './support/serve.ts'

describe.each(releases)('%s: a refusal', (_name, express) => {
  it.each(['development', 'production'])(
    '[D6] leaks nothing through the default error handler (%s)',
    async (environment) => {
      const log = vi.spyOn(console, 'error').mockImplementation(() => undefined)
      onTestFinished(() => log.mockRestore())
      const app = express()
      app.set('env', environment)
      app.use(jwtAuth({ ...options, onRefused: 'throw' }))
      const ask = await serve(app)
      const { response } = await assertLeaksNothing(
        (headers) => ask('/?marker', { headers }),
        async () => {
          await vi.waitFor(() => expect(log).toHaveBeenCalled(), 10_000) // Express logs after it has answered
          return inspect(log.mock.calls, { depth: 10 })
        },
      )
      expect(response.status).toBe(401)
      expect(response.headers.get('www-authenticate')).toContain('invalid_token')
    },
  )
})
