/* oxlint-disable vitest/expect-expect -- where a mistake must not compile, `@ts-expect-error` is the assertion */
import {
  createAuthenticator,
  createGate,
  type AuthenticatorOptions,
  type ClaimsOf,
  type Principal,
  type StandardSchema,
} from '@countersign/core'
import { jwtAuth, type JwtAuth, type JwtAuthOptions } from '@countersign/express'
import { jwtAuth as fastifyAuth, type JwtAuth as FastifyAuth } from '@countersign/fastify'
import { jwtAuth as honoAuth, type JwtAuth as HonoAuth } from '@countersign/hono'
import { jwtAuth as koaAuth, type JwtAuth as KoaAuth } from '@countersign/koa'
import { type } from 'arktype'
import type { Request as ExpressRequest } from 'express'
import * as v from 'valibot'
import { describe, expectTypeOf, test } from 'vitest'
import * as z from 'zod'

const options = { issuer: 'https://issuer.test', audience: 'https://api.test' }
const req = {} as ExpressRequest

interface Claims {
  org: string
  level: number
}

const zodClaims = z.object({ org: z.string(), level: z.coerce.number() })
const valibotClaims = v.object({ org: v.string(), level: v.pipe(v.unknown(), v.transform(Number)) })
const arktypeClaims = type({ org: 'string', level: 'number' })

describe('claims are typed by the output of a schema, without a cast', () => {
  test('of zod', () => {
    expectTypeOf(jwtAuth({ ...options, claims: zodClaims })).toEqualTypeOf<JwtAuth<Claims>>()
    expectTypeOf(jwtAuth({ ...options, claims: zodClaims }).of(req)).toEqualTypeOf<Principal<Claims>>()
    expectTypeOf(jwtAuth({ ...options, claims: zodClaims }).of(req).claims.level).toEqualTypeOf<number>()
  })

  test('of valibot', () => {
    expectTypeOf(jwtAuth({ ...options, claims: valibotClaims }).of(req)).toEqualTypeOf<Principal<Claims>>()
    expectTypeOf(jwtAuth({ ...options, claims: valibotClaims }).of(req).claims.level).toEqualTypeOf<number>()
  })

  test('of arktype', () => {
    expectTypeOf(jwtAuth({ ...options, claims: arktypeClaims }).of(req)).toEqualTypeOf<Principal<Claims>>()
    expectTypeOf(jwtAuth({ ...options, claims: arktypeClaims }).of(req).claims.org).toEqualTypeOf<string>()
  })

  test('of anything that keeps to the standard', () => {
    const claims = {} as StandardSchema<unknown, Claims>
    expectTypeOf(jwtAuth({ ...options, claims }).of(req)).toEqualTypeOf<Principal<Claims>>()
  })

  test('in core and in gates, too', async () => {
    const outcome = await createAuthenticator({ ...options, claims: zodClaims }).authenticateToken('')
    if (outcome.type === 'authenticated') expectTypeOf(outcome.principal.claims).toEqualTypeOf<Claims>()
    const { principal } = await createGate({ ...options, claims: zodClaims }).authenticate(new Request(''))
    expectTypeOf(principal).toEqualTypeOf<Principal<Claims> | undefined>()
  })

  test('and not by anything else', () => {
    // @ts-expect-error the schema has no such claim
    expectTypeOf(jwtAuth({ ...options, claims: zodClaims }).of(req).claims.tenant).toBeString()
    // @ts-expect-error no schema
    jwtAuth({ ...options, claims: { org: 'string' } })
    // @ts-expect-error a schema alone: who issues the tokens?
    jwtAuth({ claims: zodClaims, audience: null })
    // @ts-expect-error a schema alone: who are the tokens for?
    jwtAuth({ claims: zodClaims, issuer: 'https://issuer.test' })
  })
})

describe('one type of options serves with a schema and without', () => {
  const kept = { ...options, claims: zodClaims }
  const checked = { ...options, claims: zodClaims } satisfies JwtAuthOptions<typeof zodClaims>
  const plain = options satisfies JwtAuthOptions
  const declared: AuthenticatorOptions = options

  test('kept in a variable', () => {
    expectTypeOf(jwtAuth(kept)).toEqualTypeOf<JwtAuth<Claims>>()
    expectTypeOf(jwtAuth(checked)).toEqualTypeOf<JwtAuth<Claims>>()
    expectTypeOf(jwtAuth(plain)).toEqualTypeOf<JwtAuth>()
    expectTypeOf(jwtAuth(declared)).toEqualTypeOf<JwtAuth>()
    expectTypeOf(jwtAuth({ ...declared, property: 'user' })).toEqualTypeOf<JwtAuth>()
  })

  test('in every framework', () => {
    expectTypeOf(koaAuth(kept)).toEqualTypeOf<KoaAuth<Claims>>()
    expectTypeOf(fastifyAuth(kept)).toEqualTypeOf<FastifyAuth<Claims>>()
    expectTypeOf(honoAuth(kept)).toEqualTypeOf<HonoAuth<Claims>>()
    expectTypeOf(koaAuth()).toEqualTypeOf<KoaAuth>()
    expectTypeOf(fastifyAuth(undefined)).toEqualTypeOf<FastifyAuth>()
    expectTypeOf(honoAuth(plain)).toEqualTypeOf<HonoAuth>()
  })

  test('passed on by a function of the application', () => {
    expectTypeOf((given?: JwtAuthOptions) => jwtAuth(given)).returns.toEqualTypeOf<JwtAuth>()
    function wrapped<Schema extends StandardSchema>(
      given: JwtAuthOptions<Schema>,
    ): JwtAuth<ClaimsOf<Schema>> {
      return jwtAuth(given)
    }
    expectTypeOf(wrapped(kept)).toEqualTypeOf<JwtAuth<Claims>>()
  })

  test('beside functions whose parameters are typed by the options', () => {
    const auth = jwtAuth({ ...options, claims: zodClaims, isRevoked: ({ tokenId }) => tokenId === 'x' })
    expectTypeOf(auth).toEqualTypeOf<JwtAuth<Claims>>()
  })

  test('with a schema that may be missing, claims are of either type', () => {
    const claims = {} as StandardSchema<unknown, Claims> | undefined
    expectTypeOf(jwtAuth({ ...options, claims }).of(req).claims).toEqualTypeOf<Claims | Principal['claims']>()
  })

  test('and a schema is given where options are declared with one', () => {
    // @ts-expect-error no schema
    expectTypeOf(options satisfies JwtAuthOptions<typeof zodClaims>).toBeObject()
    // @ts-expect-error a schema that nothing types
    expectTypeOf(kept satisfies JwtAuthOptions).toBeObject()
  })
})
