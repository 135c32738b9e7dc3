import { OptionError } from '@countersign/core'
import {
  assertNames,
  type IssuerSource,
  type RenewalSource,
  type RouteHandler,
  type SessionSource,
} from '@countersign/core/adapter'
import { Inject, Module, type DynamicModule, type ModuleMetadata, type NestModule } from '@nestjs/common'
import { ApplicationConfig, HttpAdapterHost } from '@nestjs/core'
import { mountRenewal, mountRoutes, toMount } from './mount.ts'

/** What {@link SessionModule} needs besides the options of the sessions' routes. */
export interface SessionModuleOptions<Options> {
  readonly sessions: SessionSource<Options> & Partial<RenewalSource>
  /**
   * For pages that the server renders: where a browser opens one with an expired access cookie and a good refresh cookie,
   * both are renewed before any guard runs, and it is sent to the same page again. Default false.
   */
  readonly renewal?: boolean | undefined
}

/** Where {@link SessionModule} mounts its routes. */
export interface SessionModulePath {
  /** The path that all of them begin with, behind the application's global prefix. Default `'auth'`. */
  readonly path?: string
}

/** Options of {@link IssuerModule.forRoot}. */
export interface IssuerModuleOptions {
  readonly issuer: IssuerSource
}

/** A factory that may inject and await, as everywhere in Nest. */
export interface RoutesFactory<Made> extends Pick<ModuleMetadata, 'imports'> {
  readonly inject?: readonly unknown[]
  readonly useFactory: (...dependencies: never[]) => Made | Promise<Made>
}

/** What a module serves. */
interface Handlers {
  readonly routes: RouteHandler
  readonly renewal?: RouteHandler | undefined
}

const HANDLERS = '@countersign/nest/handlers'
const PATH = '@countersign/nest/path'

/**
 * The routes of sessions: login, refresh, logout and more, below `path`. They are no controllers: the application's
 * guards do not reach them, so they are public beside a `JwtAuthGuard` for all.
 *
 * @example
 * ```ts
 * @Module({ imports: [SessionModule.forRoot({ path: 'auth', sessions, login })] })
 * class AppModule {}
 * ```
 */
export class SessionModule implements NestModule {
  readonly #mount: () => void

  constructor(host: HttpAdapterHost, config: ApplicationConfig, { routes, renewal }: Handlers, path: string) {
    this.#mount = () => {
      if (renewal !== undefined) mountRenewal(host.httpAdapter, renewal)
      mountRoutes(host.httpAdapter, toMount(config.getGlobalPrefix(), path), routes)
    }
  }

  /** For Nest, which calls it when the global prefix is known. */
  configure(): void {
    this.#mount()
  }

  /**
   * With sessions and the options of their routes.
   * @throws `OptionError` naming the option and the remedy
   */
  static forRoot<Options extends object>(
    options: SessionModulePath & SessionModuleOptions<Options> & NoInfer<Options>,
  ): DynamicModule {
    const { path, ...rest } = options
    return dynamicModule(SessionModule, { useValue: handlersOf<Options>(rest as never) }, [], path)
  }

  /**
   * With what a factory makes.
   *
   * @example
   * ```ts
   * SessionModule.forRootAsync({
   *   path: 'auth',
   *   inject: [UsersService],
   *   useFactory: (users: UsersService) => ({ sessions, login: users.login }),
   * })
   * ```
   */
  static forRootAsync<Options extends object>(
    options: SessionModulePath & RoutesFactory<SessionModuleOptions<Options> & NoInfer<Options>>,
  ): DynamicModule {
    assertNames<typeof options>(options, { path: true, ...FACTORY_NAMES }, 'options')
    const { path, imports = [], inject = [], useFactory } = options
    const make = async (...dependencies: never[]): Promise<Handlers> =>
      handlersOf(await useFactory(...dependencies))
    return dynamicModule(SessionModule, { inject: [...inject] as never[], useFactory: make }, imports, path)
  }
}

/**
 * The routes of an issuer: its keys and its metadata. They are at `/.well-known` whatever the global prefix, where
 * clients look for them (RFC 8615), and public as those of {@link SessionModule} are.
 *
 * @example
 * ```ts
 * @Module({ imports: [IssuerModule.forRoot({ issuer })] })
 * class AppModule {}
 * ```
 */
export class IssuerModule implements NestModule {
  readonly #mount: () => void

  constructor(host: HttpAdapterHost, { routes }: Handlers) {
    this.#mount = () => mountRoutes(host.httpAdapter, '', routes)
  }

  /** For Nest. */
  configure(): void {
    this.#mount()
  }

  /** With an issuer. */
  static forRoot(options: IssuerModuleOptions): DynamicModule {
    assertNames<IssuerModuleOptions>(options, { issuer: true }, 'options')
    const { issuer } = options
    return dynamicModule(IssuerModule, { useValue: { routes: issuer.routes() } }, [])
  }

  /**
   * With what a factory makes.
   *
   * @example
   * ```ts
   * IssuerModule.forRootAsync({ inject: [KeysService], useFactory: (keys: KeysService) => ({ issuer: keys.issuer }) })
   * ```
   */
  static forRootAsync(options: RoutesFactory<IssuerModuleOptions>): DynamicModule {
    assertNames<typeof options>(options, FACTORY_NAMES, 'options')
    const { imports = [], inject = [], useFactory } = options
    const make = async (...dependencies: never[]): Promise<Handlers> => ({
      routes: (await useFactory(...dependencies)).issuer.routes(),
    })
    return dynamicModule(IssuerModule, { inject: [...inject] as never[], useFactory: make }, imports)
  }
}

const FACTORY_NAMES = { imports: true, inject: true, useFactory: true } as const

Module({})(SessionModule)
Inject(HttpAdapterHost)(SessionModule, undefined, 0)
Inject(ApplicationConfig)(SessionModule, undefined, 1)
Inject(HANDLERS)(SessionModule, undefined, 2)
Inject(PATH)(SessionModule, undefined, 3)
Module({})(IssuerModule)
Inject(HttpAdapterHost)(IssuerModule, undefined, 0)
Inject(HANDLERS)(IssuerModule, undefined, 1)

function handlersOf<Options extends object>({
  sessions,
  renewal = false,
  ...rest
}: SessionModuleOptions<Options> & Options): Handlers {
  if (renewal && sessions.renewal === undefined) {
    throw new OptionError('renewal', 'needs sessions that have it: those of @countersign/sessions do')
  }
  // All that Options ask for is still there: the rest is ours to take.
  const routes = sessions.routes(rest as object as Options)
  return { routes, renewal: renewal ? sessions.renewal?.() : undefined }
}

type HandlersProvider =
  | { useValue: Handlers }
  | { inject: never[]; useFactory: (...dependencies: never[]) => Promise<Handlers> }

function dynamicModule(
  module: DynamicModule['module'],
  handlers: HandlersProvider,
  imports: NonNullable<ModuleMetadata['imports']>,
  path = 'auth',
): DynamicModule {
  toMount('', path) // a mistake shows here, not when the application starts to listen
  const providers = [
    { provide: HANDLERS, ...handlers },
    { provide: PATH, useValue: path },
  ]
  return { module, imports, providers }
}
