import { growth } from './growth.mjs'
import { issuing } from './issuing.mjs'
import { sessions } from './sessions.mjs'
import { cached, cold, concurrent, refused } from './verify.mjs'
import { express, fastify, hono, koa, nest } from './servers.mjs'

/** In the order of the report. */
export const sections = [
  cold,
  concurrent,
  cached,
  refused,
  express,
  koa,
  nest,
  fastify,
  hono,
  issuing,
  sessions,
  growth,
]
