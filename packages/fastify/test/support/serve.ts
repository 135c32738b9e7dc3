import type { FastifyInstance } from 'fastify'
import { onTestFinished } from 'vitest'
import { askAt, type Ask } from '../../../../test/support/adapters.ts'

/** Serves an application until the test is over; returns how to send requests to it. */
export async function serve(app: FastifyInstance): Promise<Ask> {
  onTestFinished(async () => {
    const closed = app.close()
    app.server.closeAllConnections()
    await closed
  })
  return askAt(await app.listen({ host: '127.0.0.1', port: 0 }))
}
