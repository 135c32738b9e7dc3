import { createAuthenticator, type Principal } from '@countersign/core'
import { jwtAuth } from '@countersign/express'
import express, { type Request, type RequestHandler } from 'express'
import { expectTypeOf, test } from 'vitest'

const options = { issuer: 'https://issuer.test', audience: 'https://api.test' }

test('the middleware is one that Express takes', () => {
  expectTypeOf(jwtAuth(options)).toExtend<RequestHandler>()
  express().use(jwtAuth(options))
})

test('a request may have no principal; `of` answers one, or throws', () => {
  expectTypeOf<Request['auth']>().toEqualTypeOf<Principal | undefined>()
  const auth = jwtAuth(options)
  expectTypeOf((req: Request) => auth.of(req)).returns.toEqualTypeOf<Principal>()
})

test('an audience must be given, or given up by name', () => {
  type Options = Parameters<typeof createAuthenticator>[0] & {}
  expectTypeOf<{ issuer: string; audience: null }>().toExtend<Options>()
  expectTypeOf<{ issuer: string }>().not.toExtend<Options>()
})
