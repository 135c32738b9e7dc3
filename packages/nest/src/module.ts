import { OptionError, type AuthenticatorOptions, type StandardSchema } from '@countersign/core'
import { assertNames, isCurrentPrincipalEnabled } from '@countersign/core/adapter'
import {
  Inject,
  Module,
  type DynamicModule,
  type ModuleMetadata,
  type NestModule,
  type Scope,
} from '@nestjs/common'
import { HttpAdapterHost } from '@nestjs/core'
import { createNestAdapter, type JwtAuthFactoryResult, type NestOptions } from './nest-adapter.ts'
import { ASYNC_NAMES, asyncProviders, type AsyncOptions } from './async-options.ts'
import { JwtAuthGuard } from './guard.ts'
import { mountHolder } from './mount.ts'
import { getPolicyToken } from './policy-token.ts'

export { getPolicyToken } from './policy-token.ts'

/** The name of a policy. */
interface PolicyName {
  /** Name of the policy, if an application has several; see `@UsePolicy()`. */
  readonly name?: string
}

/** Options of {@link JwtAuthModule.forRoot}: those of the authenticator, and where Nest comes in. */
export type JwtAuthModuleOptions<Schema extends StandardSchema | undefined = undefined> =
  AuthenticatorOptions<Schema> & NestOptions & PolicyName

/** A class that makes the options of {@link JwtAuthModule}. */
export interface JwtAuthOptionsFactory {
  createJwtAuthOptions(): JwtAuthFactoryResult | Promise<JwtAuthFactoryResult>
}

/** Options of {@link JwtAuthModule.forRootAsync}. */
export interface JwtAuthModuleAsyncOptions
  extends AsyncOptions<JwtAuthFactoryResult, JwtAuthOptionsFactory>, PolicyName {
  /**
   * `Scope.REQUEST` for options that depend on the request. Then return an authenticator that you keep: one that is
   * made for each request would fetch its keys each time.
   */
  readonly scope?: Scope
}

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
export class JwtAuthModule implements NestModule {
  readonly #host: HttpAdapterHost

  constructor(host: HttpAdapterHost) {
    this.#host = host
  }

  /** Nest calls it when all options are known. */
  configure(): void {
    if (isCurrentPrincipalEnabled()) mountHolder(this.#host.httpAdapter)
  }

  /**
   * With options, or without: then they are read from the environment (see `optionsFromEnv`).
   * @throws `OptionError` naming the option and the remedy
   */
  static forRoot(options?: JwtAuthModuleOptions<StandardSchema | undefined>): DynamicModule {
    const { name, ...rest } = options ?? {}
    const adapter = createNestAdapter(options === undefined ? undefined : (rest as JwtAuthModuleOptions))
    return dynamicModule([{ provide: tokenOf(name), useValue: adapter }], [])
  }

  /**
   * With options that are made when the application starts, or for each request.
   *
   * @throws `OptionError` naming the option and the remedy
   * @example
   * ```ts
   * JwtAuthModule.forRootAsync({
   *   inject: [ConfigService],
   *   useFactory: (config: ConfigService) => ({ issuer: config.issuer, audience: config.audience }),
   * })
   * ```
   */
  static forRootAsync(options: JwtAuthModuleAsyncOptions): DynamicModule {
    assertNames<JwtAuthModuleAsyncOptions>(options, { name: true, scope: true, ...ASYNC_NAMES }, 'options')
    const { name, imports = [] } = options
    return dynamicModule(
      asyncProviders(tokenOf(name), options, 'createJwtAuthOptions', createNestAdapter),
      imports,
    )
  }
}
// Decorators are applied by hand in this package: its build needs no transform for them.
Module({})(JwtAuthModule)
Inject(HttpAdapterHost)(JwtAuthModule, undefined, 0)

type Providers = NonNullable<ModuleMetadata['providers']>
type PolicyProvider = Providers[number] & { readonly provide: string }

function dynamicModule(
  providers: [PolicyProvider, ...Providers],
  imports: NonNullable<ModuleMetadata['imports']>,
): DynamicModule {
  return {
    module: JwtAuthModule,
    global: true,
    imports,
    providers: [...providers, JwtAuthGuard],
    exports: [providers[0].provide, JwtAuthGuard],
  }
}

function tokenOf(name: unknown): string {
  if (name !== undefined && (typeof name !== 'string' || name === ''))
    throw new OptionError('name', 'must be the name of a policy, the same as in @UsePolicy()')
  return getPolicyToken(name)
}
