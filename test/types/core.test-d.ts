/* oxlint-disable vitest/expect-expect -- where a mistake must not compile, `@ts-expect-error` is the assertion */
import {
  acr,
  allOf,
  anyOf,
  claim,
  createAuthenticator,
  createGate,
  role,
  scope,
  type JsonValue,
  type Outcome,
  type Principal,
  type RefusalCode,
  type Requirement,
} from '@countersign/core'
import { describe, expectTypeOf, test } from 'vitest'

const options = { issuer: 'https://issuer.test', audience: 'https://api.test' }

describe('options', () => {
  test('an audience must be given, or given up by name', () => {
    // @ts-expect-error no audience
    createAuthenticator({ issuer: 'https://issuer.test' })
    // @ts-expect-error undefined gives nothing up
    createAuthenticator({ issuer: 'https://issuer.test', audience: undefined })
    createAuthenticator({ issuer: 'https://issuer.test', audience: null })
    createAuthenticator({ issuer: 'https://issuer.test', audience: ['a', 'b'] })
  })

  test('an issuer must be given', () => {
    // @ts-expect-error no issuer
    createAuthenticator({ audience: 'https://api.test' })
    // @ts-expect-error null is no issuer
    createAuthenticator({ ...options, issuer: null })
  })

  test('a key source that may be undefined is a mistake: an environment variable may be missing', () => {
    // @ts-expect-error under exactOptionalPropertyTypes
    createAuthenticator({ ...options, secret: process.env['JWT_SECRET'] })
  })

  test('names and values are checked', () => {
    // @ts-expect-error no such option
    createAuthenticator({ ...options, audiense: 'x' })
    // @ts-expect-error no such algorithm
    createAuthenticator({ ...options, algorithms: ['none'] })
    // @ts-expect-error no such profile
    createAuthenticator({ ...options, profile: 'rfc7519' })
    // @ts-expect-error a revocation check answers true or false
    createAuthenticator({ ...options, isRevoked: () => 'no' })
    createGate({ ...options, isRevoked: async ({ tokenId }) => tokenId === 'x' })
  })
})

describe('claims without a schema', () => {
  test('are the registered ones, and JSON that has to be looked at', () => {
    expectTypeOf<Principal['claims']['sub']>().toEqualTypeOf<string>()
    expectTypeOf<Principal['claims']['exp']>().toEqualTypeOf<number | undefined>()
    expectTypeOf<Principal['claims'][string]>().toEqualTypeOf<JsonValue | undefined>()
  })

  test('cannot be typed by a free generic, which would be a cast in disguise', () => {
    // @ts-expect-error there is no schema that makes it so
    createAuthenticator<{ x: 1 }>(options)
    // @ts-expect-error there is no schema that makes it so
    createGate<{ x: 1 }>(options)
  })
})

describe('a principal', () => {
  const principal = {} as Principal

  test('has plain members', () => {
    expectTypeOf(principal.subject).toEqualTypeOf<string>()
    expectTypeOf(principal.scopes).toEqualTypeOf<readonly string[]>()
    expectTypeOf(principal.carrier).toEqualTypeOf<'header' | 'cookie' | 'query' | undefined>()
    expectTypeOf(principal.token).toEqualTypeOf<string | undefined>()
  })

  test('is readonly, lists and claims included', () => {
    // @ts-expect-error readonly
    principal.subject = 'admin'
    // @ts-expect-error readonly
    principal.scopes = []
    // @ts-expect-error readonly
    principal.scopes.push('admin')
    // @ts-expect-error readonly
    principal.roles[0] = 'admin'
    // @ts-expect-error readonly
    principal.claims.sub = 'admin'
    // @ts-expect-error readonly
    principal.claims['org'] = 'acme'
  })
})

describe('an outcome', () => {
  const outcome = {} as Outcome

  test('has a principal only where somebody was authenticated', () => {
    // @ts-expect-error not before its type is known
    expectTypeOf(outcome.principal).toEqualTypeOf<Principal>()
    if (outcome.type === 'authenticated') expectTypeOf(outcome.principal).toEqualTypeOf<Principal>()
    if (outcome.type === 'refused') expectTypeOf(outcome.refusal.body.code).toEqualTypeOf<RefusalCode>()
    if (outcome.type === 'anonymous') expectTypeOf(outcome).not.toHaveProperty('principal')
  })

  test('has a code of a closed union', () => {
    expectTypeOf<'token_expired'>().toExtend<RefusalCode>()
    expectTypeOf<'token_expird'>().not.toExtend<RefusalCode>()
    expectTypeOf<string>().not.toExtend<RefusalCode>()
  })
})

describe('a requirement', () => {
  test('names what it asks for', () => {
    expectTypeOf(scope('a', 'b')).toEqualTypeOf<Requirement>()
    // @ts-expect-error no scope
    scope()
    // @ts-expect-error no role
    role()
    // @ts-expect-error no class
    acr()
    // @ts-expect-error no requirement
    allOf()
    // @ts-expect-error no requirement
    anyOf()
    // @ts-expect-error a name is no requirement
    allOf('admin')
    // @ts-expect-error objects are not compared
    claim('org', { id: 1 })
  })

  test('is readonly data', () => {
    const requirement: Requirement = role('a')
    // @ts-expect-error readonly
    requirement.kind = 'scope'
    if (requirement.kind === 'scope') expectTypeOf(requirement.scopes).toEqualTypeOf<readonly string[]>()
  })
})
