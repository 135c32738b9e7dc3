import type { Column } from '../spec.ts'
import { express5 } from './express.ts'
import { express4 } from './express4.ts'
import { fastify5 } from './fastify.ts'
import { hono4 } from './hono.ts'
import { koa3 } from './koa.ts'
import { koa2 } from './koa2.ts'
import { nestExpress } from './nest-express.ts'
import { nestFastify } from './nest-fastify.ts'

/** Every framework that the table is replayed against. */
export const columns: readonly Column[] = [
  express5,
  express4,
  koa3,
  koa2,
  nestExpress,
  nestFastify,
  fastify5,
  hono4,
]
