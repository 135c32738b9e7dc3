import type { Authenticator, AuthenticatorOptions, SchemaOptions, StandardSchema } from '@countersign/core'
import { assertNames, setUpAdapter, type AdapterOptions, type AdapterSetup } from '@countersign/core/adapter'
import { Module, type DynamicModule, type ModuleMetadata, type Scope } from '@nestjs/common'
import { JwtAuthGuard } from './guard.ts'
import { getPolicyToken } from './policy-token.ts'

export { getPolicyToken } from './policy-token.ts'

interface NestOptions extends Pick<AdapterOptions, 'property'> {
  /** Name of the policy, where an application has several; see `@UsePolicy()`. */
  readonly name?: string
}

/** Options of {@link JwtAuthModule.forRoot}: those of the authenticator, and where Nest comes in. */
export type JwtAuthModuleOptions = AuthenticatorOptions & NestOptions

/** Options of {@link JwtAuthModule.forRoot} with a schema for the claims. */
export type JwtAuthModuleSchemaOptions<Schema extends StandardSchema> = SchemaOptions<Schema> & NestOptions

/** Options of {@link JwtAuthModule.forRootAsync}. */
export interface JwtAuthModuleAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  /** Name of the policy, where an application has several. */
  readonly name?: string
  readonly inject?: readonly unknown[]
  /**
   * `Scope.REQUEST` for options that depend on the request. Return an authenticator that you keep, then: one that is
   * made for each request would fetch its keys each time.
   */
  readonly scope?: Scope
  /** Makes options, or an authenticator. */
  readonly useFactory: (...dependencies: never[]) => FactoryResult | Promise<FactoryResult>
}

type FactoryResult =
  | (AuthenticatorOptions & Pick<AdapterOptions, 'property'>)
  | (SchemaOptions<StandardSchema> & Pick<AdapterOptions, 'property'>)
  | Authenticator<unknown>

/**
 * Gives an application its policy. The module is global: import it once, at the root.
 *
 * @example
 * ```ts
 * @Module({
 *   imports: [JwtAuthModule.forRoot({ issuer: 'https://idp.example.com', audience: 'https://api.example.com' })],
 *   providers: [{ provide: APP_GUARD, useClass: JwtAuthGuard }],
 * })
 * class AppModule {}
 * ```
 */
export class JwtAuthModule {
  /**
   * With options, or without: then the environment gives them (see `optionsFromEnv`).
   * @throws `OptionError` naming the option and the remedy
   */
  static forRoot<Schema extends StandardSchema>(options: JwtAuthModuleSchemaOptions<Schema>): DynamicModule
  static forRoot(options?: JwtAuthModuleOptions): DynamicModule
  static forRoot(options?: JwtAuthModuleOptions | JwtAuthModuleSchemaOptions<StandardSchema>): DynamicModule {
    const { name, ...rest } = options ?? {}
    const setup = setUpAdapter(options === undefined ? undefined : (rest as JwtAuthModuleOptions))
    return dynamicModule({ provide: getPolicyToken(name), useValue: setup }, [])
  }

  /**
   * With options from a factory, which may inject, await, and be request-scoped.
   *
   * @example
   * ```ts
   * JwtAuthModule.forRootAsync({
   *   inject: [ConfigService],
   *   useFactory: (config: ConfigService) => ({ issuer: config.issuer, audience: config.audience }),
   * })
   * ```
   */
  static forRootAsync(options: JwtAuthModuleAsyncOptions): DynamicModule {
    assertNames<JwtAuthModuleAsyncOptions>(options, ASYNC_NAMES, 'options')
    const { name, imports = [], inject = [], scope, useFactory } = options
    return dynamicModule(
      {
        provide: getPolicyToken(name),
        inject: [...inject] as never[],
        ...(scope === undefined ? undefined : { scope }),
        useFactory: async (...dependencies: never[]) => toSetup(await useFactory(...dependencies)),
      },
      imports,
    )
  }
}
// Decorators are applied by hand throughout this package: its build needs no transform for them.
Module({})(JwtAuthModule)

const ASYNC_NAMES = { name: true, imports: true, inject: true, scope: true, useFactory: true } as const

type PolicyProvider = NonNullable<ModuleMetadata['providers']>[number] & { provide: string }

function dynamicModule(
  policy: PolicyProvider,
  imports: NonNullable<ModuleMetadata['imports']>,
): DynamicModule {
  return {
    module: JwtAuthModule,
    global: true,
    imports,
    providers: [policy, JwtAuthGuard],
    exports: [policy.provide, JwtAuthGuard],
  }
}

function toSetup(made: FactoryResult): AdapterSetup {
  if (!('authenticate' in made)) return setUpAdapter(made)
  return { authenticator: made, property: 'auth', onRefused: 'throw' }
}
