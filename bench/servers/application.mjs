// Shared by all servers of one framework, so that they differ only in authentication.
import { createServer } from 'node:http'
import { createAdaptorServer } from '@hono/node-server'
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import Koa from 'koa'

/** The response of the route. */
export const answer = (subject) => ({
  subject,
  orders: [
    { id: 7, state: 'paid' },
    { id: 9, state: 'sent' },
  ],
})

/**
 * An Express application with one route behind middleware.
 * @param middleware authenticates, or undefined
 * @param subjectOf reads who asks
 */
export function expressServer(middleware, subjectOf) {
  const app = express()
  app.disable('etag')
  if (middleware !== undefined) app.use(middleware)
  app.get('/orders', (req, res) => res.json(answer(subjectOf(req))))
  // Short, as in applications. Express' own handler would log each stack trace.
  app.use((error, _req, res, _next) => {
    res.status(error.status ?? error.statusCode ?? 500)
    if (error.headers !== undefined) res.set(error.headers)
    res.json({ error: error.message })
  })
  return createServer(app)
}

/** A Koa application with one route. */
export function koaServer(middleware, subjectOf) {
  const app = new Koa()
  app.silent = true
  if (middleware !== undefined) app.use(middleware)
  app.use((ctx) => {
    if (ctx.path !== '/orders') return
    ctx.body = answer(subjectOf(ctx))
  })
  return createServer(app.callback())
}

/** A Fastify application with one route. `register` adds authentication to it. */
export async function fastifyServer(register, subjectOf) {
  const app = fastify()
  await register?.(app)
  app.get('/orders', (request) => answer(subjectOf(request)))
  await app.ready()
  return app.server
}

/** A Hono application with one route, on Node. */
export function honoServer(middleware, subjectOf) {
  const app = new Hono()
  if (middleware !== undefined) app.use(middleware)
  app.get('/orders', (c) => c.json(answer(subjectOf(c))))
  app.onError((error, c) => (error instanceof HTTPException ? error.getResponse() : c.text('', 500)))
  return createAdaptorServer({ fetch: app.fetch })
}
