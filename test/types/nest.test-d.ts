import type { RouteHandler } from '@countersign/core/adapter'
import {
  Authorize,
  IssuerModule,
  JwtAuthModule,
  Principal,
  Roles,
  scope,
  Scopes,
  SessionModule,
  type Principal as CorePrincipal,
} from '@countersign/nest'
import type { DynamicModule } from '@nestjs/common'
import { describe, expectTypeOf, test } from 'vitest'
import * as z from 'zod'

const options = { issuer: 'https://issuer.test', audience: 'https://api.test' }

test('Principal is the decorator and the type of what it gives', () => {
  expectTypeOf(Principal()).toExtend<ParameterDecorator>()
  expectTypeOf<Principal>().toEqualTypeOf<CorePrincipal>()
  expectTypeOf<Principal['subject']>().toEqualTypeOf<string>()
})

test('decorators stand on classes and methods', () => {
  expectTypeOf(Scopes('a')).toExtend<ClassDecorator & MethodDecorator>()
  expectTypeOf(Roles('a')).toExtend<ClassDecorator & MethodDecorator>()
  expectTypeOf(Authorize(scope('a'))).toExtend<ClassDecorator & MethodDecorator>()
})

test('the module takes options, a schema, a name, or nothing', () => {
  expectTypeOf(JwtAuthModule.forRoot()).toEqualTypeOf<DynamicModule>()
  JwtAuthModule.forRoot({ ...options, property: 'user', name: 'partner' })
  JwtAuthModule.forRoot({ ...options, claims: z.object({ org: z.string() }) })
  JwtAuthModule.forRootAsync({ useFactory: () => ({ ...options, property: 'user' }) })
  JwtAuthModule.forRootAsync({ inject: ['a'], useFactory: (issuer: string) => ({ ...options, issuer }) })
})

test('wrong use does not compile', () => {
  expectTypeOf(JwtAuthModule).toHaveProperty('forRoot')
  // @ts-expect-error an authenticator has an audience, or says `null`
  JwtAuthModule.forRoot({ issuer: 'https://issuer.test' })
  // @ts-expect-error Nest always throws: there is nothing to choose
  JwtAuthModule.forRoot({ ...options, onRefused: 'respond' })
  // @ts-expect-error options without an audience, from a factory
  JwtAuthModule.forRootAsync({ useFactory: () => ({ issuer: 'https://issuer.test' }) })
  // @ts-expect-error a decorator needs at least one scope
  Scopes()
  // @ts-expect-error a decorator needs at least one role
  Roles()
  // @ts-expect-error a requirement is data, made by a function
  Authorize('admin')
})

interface SessionOptions {
  readonly login: (input: { readonly name: string }) => boolean
  readonly limit?: number
}
declare const sessions: { routes(options: SessionOptions): RouteHandler }
declare const issuer: { routes(): RouteHandler }

describe('mounted routes', () => {
  test('take the options that the sessions ask for', () => {
    expectTypeOf(
      SessionModule.forRoot({ path: 'auth', sessions, login: () => true }),
    ).toEqualTypeOf<DynamicModule>()
    SessionModule.forRoot({ sessions, login: ({ name }) => name === 'a', limit: 1 })
    // @ts-expect-error no function for the login
    SessionModule.forRoot({ sessions })
    // @ts-expect-error the function gets something else
    SessionModule.forRoot({ sessions, login: (input: string) => input === 'a' })
    // @ts-expect-error no such option
    SessionModule.forRoot({ sessions, login: () => true, other: 1 })
    // @ts-expect-error no sessions
    SessionModule.forRoot({ sessions: issuer, login: () => true })
  })

  test('of an issuer take no options', () => {
    expectTypeOf(IssuerModule.forRoot({ issuer })).toExtend<DynamicModule>()
    // @ts-expect-error sessions have options
    IssuerModule.forRoot({ issuer: sessions })
  })

  test('may come from a factory', () => {
    expectTypeOf(SessionModule.forRootAsync).returns.toEqualTypeOf<DynamicModule>()
    SessionModule.forRootAsync({
      path: 'auth',
      inject: ['a'],
      useFactory: async (name: string) => ({
        sessions,
        login: (input: { readonly name: string }) => input.name === name,
      }),
    })
    // @ts-expect-error no function for the login
    SessionModule.forRootAsync({ useFactory: () => ({ sessions }) })
    IssuerModule.forRootAsync({ useFactory: async () => ({ issuer }) })
    // @ts-expect-error no issuer
    IssuerModule.forRootAsync({ useFactory: () => ({}) })
  })
})
