/* oxlint-disable vitest/expect-expect -- where a mistake must not compile, `@ts-expect-error` is the assertion */
import '@countersign/express/global'
import type { Principal } from '@countersign/core'
import type { RouteHandler } from '@countersign/core/adapter'
import {
  type AuthError,
  authorize,
  jwtAuth,
  type JwtAuth,
  mount,
  requireRoles,
  requireScopes,
  role,
  scope,
} from '@countersign/express'
import express, { type Request, type RequestHandler } from 'express'
import { describe, expectTypeOf, test } from 'vitest'

const options = { issuer: 'https://issuer.test', audience: 'https://api.test' }

describe('jwtAuth()', () => {
  test('is a middleware that Express takes', () => {
    expectTypeOf(jwtAuth(options)).toExtend<RequestHandler>()
    express().use(jwtAuth(options))
    express().get('/me', jwtAuth(options), (_req, res) => void res.end())
  })

  test('takes its options from the environment where it is given none', () => {
    expectTypeOf(jwtAuth()).toEqualTypeOf<JwtAuth>()
  })

  test('wants an issuer, and an audience or its absence by name', () => {
    // @ts-expect-error no audience
    jwtAuth({ issuer: 'https://issuer.test' })
    // @ts-expect-error no issuer
    jwtAuth({ audience: 'https://api.test' })
    // @ts-expect-error neither
    jwtAuth({})
    jwtAuth({ issuer: 'https://issuer.test', audience: null })
  })

  test('cannot be given claims by a free generic, which would be a cast in disguise', () => {
    // @ts-expect-error there is no schema that makes it so
    jwtAuth<{ x: 1 }>(options)
    // @ts-expect-error there is no schema that makes it so
    jwtAuth<{ x: 1 }>({ ...options })
    // @ts-expect-error there is no schema that makes it so
    jwtAuth<{ x: 1 }>()
  })

  test('has no hook that could let a request in', () => {
    jwtAuth({ ...options, onRefused: 'throw', property: 'user' })
    // @ts-expect-error a function could
    jwtAuth({ ...options, onRefused: () => undefined })
    // @ts-expect-error no such option
    jwtAuth({ ...options, credentialsRequired: false })
  })
})

describe('a request', () => {
  test('may have no principal', () => {
    expectTypeOf<Request['auth']>().toEqualTypeOf<Principal | undefined>()
    express().get('/me', (req) => {
      expectTypeOf(req.auth?.subject).toEqualTypeOf<string | undefined>()
      if (req.auth) expectTypeOf(req.auth.subject).toEqualTypeOf<string>()
      // @ts-expect-error there may be none
      expectTypeOf(req.auth.subject).toEqualTypeOf<string>()
    })
  })

  test('has one, or of() throws', () => {
    const auth = jwtAuth(options)
    expectTypeOf((req: Request) => auth.of(req)).returns.toEqualTypeOf<Principal>()
    expectTypeOf((req: Request) => auth.of(req).subject).returns.toEqualTypeOf<string>()
    // @ts-expect-error not of just anything
    auth.of('request')
  })
})

describe('guards', () => {
  test('are middlewares that Express takes', () => {
    expectTypeOf(authorize(role('admin'))).toExtend<RequestHandler>()
    express().get('/', requireScopes('a', 'b'), requireRoles('admin'), authorize(scope('a')))
  })

  test('leave the types of the route’s parameters alone', () => {
    express().get('/orders/:id', requireScopes('a'), authorize(role('admin')), (req, res) => {
      expectTypeOf(req.params.id).toEqualTypeOf<string>()
      res.end()
    })
  })

  test('say what they ask for', () => {
    // @ts-expect-error no scope: it would let everybody in
    requireScopes()
    // @ts-expect-error no role: it would let everybody in
    requireRoles()
    // @ts-expect-error no requirement
    authorize()
    // @ts-expect-error a name is no requirement
    authorize('admin')
    // @ts-expect-error a list is not spread
    requireScopes(['a', 'b'])
  })
})

test('an AuthError has where Express looks for status and headers', () => {
  expectTypeOf<AuthError>().toExtend<Error>()
  expectTypeOf<AuthError['status']>().toEqualTypeOf<number>()
  expectTypeOf<AuthError['headers']>().toEqualTypeOf<Readonly<Record<string, string>>>()
})

declare const handler: RouteHandler
declare const sessions: { routes(): RouteHandler }

test('mount() takes a handler of routes', () => {
  expectTypeOf(mount(handler)).toExtend<RequestHandler>()
  express().use('/auth', mount(handler)).use(mount(handler))
  // @ts-expect-error what has routes is not a handler yet
  mount(sessions)
})
