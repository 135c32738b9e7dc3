import { FastifyAdapter } from '@nestjs/platform-fastify'
import { nestColumn } from './nest-express.ts'

/** It takes bodies of any type, as the other platform does: else Fastify answers 415 before a guard is asked. */
function platform(): FastifyAdapter {
  const adapter = new FastifyAdapter()
  adapter
    .getInstance()
    .addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
  return adapter
}

export const nestFastify = nestColumn('Nest 12 on Fastify', platform)
