import type { RouteHandler } from '@countersign/core/adapter'
import {
  Authorize,
  JwtAuthModule,
  MountModule,
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

declare const handler: RouteHandler
declare const sessions: { routes(): RouteHandler }

test('MountModule takes a handler of routes, from wherever Nest takes things', () => {
  expectTypeOf(MountModule.forRoot({ path: 'auth', handler })).toEqualTypeOf<DynamicModule>()
  expectTypeOf(MountModule.forRootAsync).returns.toEqualTypeOf<DynamicModule>()
  class Handlers {
    createMountOptions() {
      return { handler }
    }
  }
  MountModule.forRootAsync({
    path: 'auth',
    inject: ['a'],
    useFactory: async (_name: string) => ({ handler }),
  })
  MountModule.forRootAsync({ useClass: Handlers })
  MountModule.forRootAsync({ useExisting: Handlers })
  // @ts-expect-error what has routes is not a handler yet
  MountModule.forRoot({ handler: sessions })
  // @ts-expect-error no handler
  MountModule.forRootAsync({ useFactory: () => ({}) })
  // @ts-expect-error a class that makes something else
  MountModule.forRootAsync({ useClass: Date })
})

test('options of JwtAuthModule may come from a class', () => {
  class Options {
    createJwtAuthOptions() {
      return options
    }
  }
  expectTypeOf(JwtAuthModule.forRootAsync({ useClass: Options })).toEqualTypeOf<DynamicModule>()
  JwtAuthModule.forRootAsync({ useExisting: Options })
  // @ts-expect-error a class that makes something else
  JwtAuthModule.forRootAsync({ useClass: Date })
})
