import { FastifyAdapter } from '@nestjs/platform-fastify'
import { nestColumn } from './nest-express.ts'

export const nestFastify = nestColumn('Nest 12 on Fastify', () => new FastifyAdapter())
