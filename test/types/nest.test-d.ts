import {
  Authorize,
  JwtAuthModule,
  Principal,
  Roles,
  scope,
  Scopes,
  type Principal as CorePrincipal,
} from '@countersign/nest'
import type { DynamicModule } from '@nestjs/common'
import { expectTypeOf, test } from 'vitest'
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
