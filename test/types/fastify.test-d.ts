/* oxlint-disable vitest/expect-expect -- where a mistake must not compile, `@ts-expect-error` is the assertion */
import '@countersign/fastify/global'
import type { Principal } from '@countersign/core'
import type { RouteHandler } from '@countersign/core/adapter'
import {
  authorize,
  jwtAuth,
  type JwtAuth,
  mount,
  requireRoles,
  requireScopes,
  role,
  scope,
} from '@countersign/fastify'
import fastify, { type FastifyPluginAsync, type FastifyRequest } from 'fastify'
import { expectTypeOf, test } from 'vitest'
import * as z from 'zod'

const options = { issuer: 'https://issuer.test', audience: 'https://api.test' }

test('jwtAuth() is a plugin that Fastify takes, and the guards are hooks', async () => {
  expectTypeOf(jwtAuth(options)).toExtend<FastifyPluginAsync>()
  expectTypeOf(jwtAuth()).toEqualTypeOf<JwtAuth>()
  const app = fastify()
  await app.register(jwtAuth(options))
  app.get('/', { preHandler: requireScopes('a', 'b') }, () => 'a')
  app.get('/all', { preHandler: [requireRoles('a'), authorize(scope('a'))] }, () => 'a')
  app.addHook('preHandler', requireRoles('a'))
  app.addHook('onRequest', requireRoles('a'))
})

test('request.auth is typed without a declaration, and may be none', () => {
  expectTypeOf<FastifyRequest['auth']>().toEqualTypeOf<Principal | undefined>()
  fastify().get('/', (request) => {
    expectTypeOf(request.auth?.subject).toEqualTypeOf<string | undefined>()
    // @ts-expect-error public routes and anonymous requests have none
    void request.auth.subject
    return 'a'
  })
})

test('config.auth is false or a requirement', () => {
  const app = fastify()
  app.get('/public', { config: { auth: false } }, () => 'a')
  app.get('/orders', { config: { auth: scope('a') } }, () => 'a')
  app.get('/other', { config: { url: '/other' } as object }, () => 'a')
  // @ts-expect-error authenticated is the default, and has no name
  app.get('/true', { config: { auth: true } }, () => 'a')
  // @ts-expect-error a name is no requirement
  app.get('/name', { config: { auth: 'admin' } }, () => 'a')
})

test('a schema types the claims of `of`', () => {
  const auth = jwtAuth({ ...options, claims: z.object({ org: z.string(), level: z.coerce.number() }) })
  const claims = (request: FastifyRequest) => auth.of(request).claims
  expectTypeOf(claims).returns.toEqualTypeOf<{ org: string; level: number }>()
  // @ts-expect-error the schema has no such claim
  expectTypeOf((request: FastifyRequest) => auth.of(request).claims.email).toBeFunction()
  // @ts-expect-error not of just anything
  auth.of({})
})

test('claims cannot be typed by wish', () => {
  const auth = jwtAuth(options)
  // @ts-expect-error a type argument would be a cast in disguise
  expectTypeOf((request: FastifyRequest) => auth.of<{ org: string }>(request)).toBeFunction()
  // @ts-expect-error a type that is not a schema
  void jwtAuth<{ org: string }>(options)
  // @ts-expect-error a type that is not a schema
  void jwtAuth<{ org: string }>()
})

test('wrong use does not compile', () => {
  // @ts-expect-error an authenticator has an audience, or says `null`
  jwtAuth({ issuer: 'https://issuer.test' })
  // @ts-expect-error a guard needs at least one scope
  requireScopes()
  // @ts-expect-error a guard needs at least one role
  requireRoles()
  // @ts-expect-error a list is not spread
  requireScopes(['a', 'b'])
  // @ts-expect-error a requirement is data, made by a function
  authorize('admin')
  // @ts-expect-error no hook can let a request in
  jwtAuth({ ...options, onRefused: () => undefined })
  // @ts-expect-error no such option
  jwtAuth({ ...options, trusted: () => true })
  authorize(role('admin'), { onRefused: 'throw' })
})

declare const handler: RouteHandler
declare const sessions: { routes(): RouteHandler }

test('mount() takes a handler of routes', () => {
  expectTypeOf(mount(handler)).toExtend<FastifyPluginAsync>()
  void fastify().register(mount(handler), { prefix: '/auth' })
  // @ts-expect-error what has routes is not a handler yet
  mount(sessions)
})
