/* oxlint-disable vitest/expect-expect -- where a mistake must not compile, `@ts-expect-error` is the assertion */
import '@countersign/hono/global'
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
} from '@countersign/hono'
import { Hono, type Context, type MiddlewareHandler } from 'hono'
import { expectTypeOf, test } from 'vitest'
import * as z from 'zod'

const options = { issuer: 'https://issuer.test', audience: 'https://api.test' }

test('the middlewares are ones that Hono takes', () => {
  expectTypeOf(jwtAuth(options)).toExtend<MiddlewareHandler>()
  expectTypeOf(jwtAuth()).toEqualTypeOf<JwtAuth>()
  expectTypeOf(authorize(scope('a'))).toExtend<MiddlewareHandler>()
  new Hono().use(jwtAuth(options)).use('/api/*', requireScopes('a'), requireRoles('a'))
  new Hono().get('/', jwtAuth(options), authorize(role('admin')), (c) => c.text('a'))
})

test('c.var.auth is typed without a declaration, beside variables and bindings of the application', () => {
  new Hono().get('/', (c) => {
    expectTypeOf(c.var.auth).toEqualTypeOf<Principal | undefined>()
    expectTypeOf(c.get('auth')).toEqualTypeOf<Principal | undefined>()
    // @ts-expect-error anonymous requests have no principal
    void c.var.auth.subject
    return c.text('a')
  })
  interface Env {
    readonly Variables: { readonly tenant: string }
    readonly Bindings: { readonly KV: string }
  }
  const auth = jwtAuth(options)
  new Hono<Env>().use(auth).get('/', requireScopes('a'), (c) => {
    expectTypeOf(c.var.tenant).toEqualTypeOf<string>()
    expectTypeOf(c.env.KV).toEqualTypeOf<string>()
    expectTypeOf(c.var.auth).toEqualTypeOf<Principal | undefined>()
    expectTypeOf(auth.of(c).subject).toEqualTypeOf<string>()
    return c.text('a')
  })
})

test('a schema types the claims of `of`', () => {
  const auth = jwtAuth({ ...options, claims: z.object({ org: z.string(), level: z.coerce.number() }) })
  const claims = (c: Context) => auth.of(c).claims
  expectTypeOf(claims).returns.toEqualTypeOf<{ org: string; level: number }>()
  // @ts-expect-error the schema has no such claim
  expectTypeOf((c: Context) => auth.of(c).claims.email).toBeFunction()
  // @ts-expect-error not of just anything
  auth.of({})
})

test('claims cannot be typed by wish', () => {
  const auth = jwtAuth(options)
  // @ts-expect-error a type argument would be a cast in disguise
  expectTypeOf((c: Context) => auth.of<{ org: string }>(c)).toBeFunction()
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
})

declare const handler: RouteHandler
declare const sessions: { routes(): RouteHandler }

test('mount() takes a handler of routes', () => {
  expectTypeOf(mount(handler)).toExtend<Hono>()
  new Hono().route('/auth', mount(handler)).route('/', mount(handler))
  // @ts-expect-error what has routes is not a handler yet
  mount(sessions)
})
