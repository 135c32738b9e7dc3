import '@countersign/koa/global'
import type { Principal } from '@countersign/core'
import type { RouteHandler } from '@countersign/core/adapter'
import { authorize, jwtAuth, mount, requireRoles, requireScopes, scope } from '@countersign/koa'
import { Router } from '@koa/router'
import Koa, { type Context, type DefaultState, type Middleware } from 'koa'
import { expectTypeOf, test } from 'vitest'
import * as z from 'zod'

const options = { issuer: 'https://issuer.test', audience: 'https://api.test' }

test('the middlewares are ones that Koa and its router take', () => {
  expectTypeOf(jwtAuth(options)).toExtend<Middleware>()
  expectTypeOf(authorize(scope('a'))).toExtend<Middleware>()
  new Koa().use(jwtAuth(options)).use(requireScopes('a')).use(requireRoles('a'))
  new Router().use(jwtAuth(options)).get('/', requireScopes('a'), (ctx) => {
    expectTypeOf(ctx.state.auth).toEqualTypeOf<Principal | undefined>()
  })
})

test('a context may have no principal; `of` answers one, or throws', () => {
  expectTypeOf<DefaultState['auth']>().toEqualTypeOf<Principal | undefined>()
  new Koa().use((ctx) => {
    expectTypeOf(ctx.state.auth).toEqualTypeOf<Principal | undefined>()
    // @ts-expect-error anonymous requests have no principal
    void ctx.state.auth.subject
  })
  const auth = jwtAuth(options)
  expectTypeOf((ctx: Context) => auth.of(ctx)).returns.toEqualTypeOf<Principal>()
})

test('a schema types the claims of `of`', () => {
  const auth = jwtAuth({ ...options, claims: z.object({ org: z.string(), level: z.coerce.number() }) })
  expectTypeOf(auth.of({}).claims).toEqualTypeOf<{ org: string; level: number }>()
  // @ts-expect-error the schema has no such claim
  void auth.of({}).claims.email
})

test('claims cannot be typed by wish', () => {
  const auth = jwtAuth(options)
  // @ts-expect-error a type argument would be a cast in disguise
  expectTypeOf(auth.of<{ org: string }>({})).not.toBeAny()
  // @ts-expect-error a type that is not a schema
  void jwtAuth<{ org: string }>(options)
})

test('wrong use does not compile', () => {
  expectTypeOf(jwtAuth).toBeFunction()
  // @ts-expect-error an authenticator has an audience, or says `null`
  jwtAuth({ issuer: 'https://issuer.test' })
  // @ts-expect-error a guard needs at least one scope
  requireScopes()
  // @ts-expect-error a guard needs at least one role
  requireRoles()
  // @ts-expect-error a requirement is data, made by a function
  authorize('admin')
  // @ts-expect-error no hook can let a request in
  jwtAuth({ ...options, onRefused: () => undefined })
})

declare const handler: RouteHandler
declare const sessions: { routes(): RouteHandler }

test('mount() takes a handler of routes', () => {
  expectTypeOf(mount(handler)).toExtend<Middleware>()
  new Koa().use(mount('/auth', handler)).use(mount(handler))
  // @ts-expect-error what has routes is not a handler yet
  mount(sessions)
  // @ts-expect-error the path comes first
  mount(handler, '/auth')
})
