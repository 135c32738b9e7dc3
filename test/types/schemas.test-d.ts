/* oxlint-disable vitest/expect-expect -- where a mistake must not compile, `@ts-expect-error` is the assertion */
import { createAuthenticator, createGate, type Principal, type StandardSchema } from '@countersign/core'
import { jwtAuth, type JwtAuth } from '@countersign/express'
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
