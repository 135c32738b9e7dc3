import { OptionError } from '@countersign/core'
import { assertNames, isRouteHandler, type RouteHandler } from '@countersign/core/adapter'
import { Inject, Module, type DynamicModule, type NestModule, type Provider } from '@nestjs/common'
import { ApplicationConfig, HttpAdapterHost } from '@nestjs/core'
import { ASYNC_NAMES, asyncProviders, type AsyncOptions } from './async-options.ts'
import { mountHandler, toMount } from './mount.ts'

/** Where {@link MountModule} serves a handler. */
export interface MountPath {
  /**
   * The path of all routes, below the application's global prefix. Default: none, and no global prefix either:
   * `/.well-known` is at the root of a server (RFC 8615).
   */
  readonly path?: string
}

/** What {@link MountModule} serves. */
export interface MountedHandler {
  /** A route handler, such as `sessions.routes({ login })`, `sessions.renewal()` or `issuer.routes()`. */
  readonly handler: RouteHandler
}

/** Options of {@link MountModule.forRoot}. */
export type MountModuleOptions = MountPath & MountedHandler

/** A class that makes what {@link MountModule} serves. */
export interface MountOptionsFactory {
  createMountOptions(): MountedHandler | Promise<MountedHandler>
}

/** Options of {@link MountModule.forRootAsync}. */
export type MountModuleAsyncOptions = MountPath & AsyncOptions<MountedHandler, MountOptionsFactory>

const HANDLER = '@countersign/nest/handler'
const PATH = '@countersign/nest/path'

/**
 * Serves the routes of sessions, of an issuer, or of any other handler. They are not controllers, so the
 * application's guards do not run for them: they are public even if a `JwtAuthGuard` protects everything else. Import
 * it once for each handler.
 *
 * @example
 * ```ts
 * @Module({
 *   imports: [
 *     MountModule.forRoot({ path: 'auth', handler: sessions.routes({ login }) }),
 *     MountModule.forRoot({ handler: issuer.routes() }),
 *   ],
 * })
 * class AppModule {}
 * ```
 */
export class MountModule implements NestModule {
  readonly #mount: () => void

  constructor(host: HttpAdapterHost, config: ApplicationConfig, handler: RouteHandler, path: string | null) {
    this.#mount = () => {
      const prefix = path === null ? '' : toMount(config.getGlobalPrefix(), path)
      mountHandler(host.httpAdapter, prefix, handler)
    }
  }

  /** Nest calls it when the global prefix is known. */
  configure(): void {
    this.#mount()
  }

  /**
   * With a handler.
   * @throws `OptionError` naming the option and the remedy
   */
  static forRoot(options: MountModuleOptions): DynamicModule {
    assertNames<MountModuleOptions>(options, { path: true, handler: true }, 'options')
    return dynamicModule(options, [{ provide: HANDLER, useValue: handlerOf(options) }])
  }

  /**
   * With a handler that is made when the application starts.
   *
   * @throws `OptionError` naming the option and the remedy
   * @example
   * ```ts
   * MountModule.forRootAsync({
   *   path: 'auth',
   *   inject: [UsersService],
   *   useFactory: (users: UsersService) => ({ handler: sessions.routes({ login: users.login }) }),
   * })
   * ```
   */
  static forRootAsync(options: MountModuleAsyncOptions): DynamicModule {
    assertNames<MountModuleAsyncOptions>(options, { path: true, ...ASYNC_NAMES }, 'options')
    return dynamicModule(options, asyncProviders(HANDLER, options, 'createMountOptions', handlerOf))
  }
}

Module({})(MountModule)
Inject(HttpAdapterHost)(MountModule, undefined, 0)
Inject(ApplicationConfig)(MountModule, undefined, 1)
Inject(HANDLER)(MountModule, undefined, 2)
Inject(PATH)(MountModule, undefined, 3)

function handlerOf(made: MountedHandler): RouteHandler {
  const { handler } = Object(made) as Partial<MountedHandler>
  if (isRouteHandler(handler)) return handler
  const remedy = 'a route handler, such as sessions.routes({ login }) or issuer.routes()'
  throw new OptionError('handler', `must be ${remedy}`)
}

let count = 0

function dynamicModule(
  { path, imports = [] }: MountPath & Pick<MountModuleAsyncOptions, 'imports'>,
  handler: Provider[],
): DynamicModule {
  if (path !== undefined) toMount('', path) // a mistake is reported here, not when the application starts to listen
  const providers = [
    ...handler,
    { provide: PATH, useValue: path ?? null },
    // Nest 10 treats modules with equal metadata as the same one, and functions are no part of that comparison.
    { provide: `@countersign/nest/mount/${++count}`, useValue: count },
  ]
  return { module: MountModule, imports, providers }
}
