import { OptionError } from '@countersign/core'
import type { InjectionToken, ModuleMetadata, Provider, Scope, Type } from '@nestjs/common'

/** Where a module gets its options, as everywhere in Nest: exactly one of the three. */
export interface AsyncOptions<Made, Factory> extends Pick<ModuleMetadata, 'imports'> {
  readonly inject?: readonly unknown[]
  /** Makes the options. May inject and await. */
  readonly useFactory?: (...dependencies: never[]) => Made | Promise<Made>
  /** A class that makes the options. Nest creates it for this module. */
  readonly useClass?: Type<Factory>
  /** An existing provider that makes the options. */
  readonly useExisting?: InjectionToken<Factory>
}

/** The names of such options. */
export const ASYNC_NAMES = {
  imports: true,
  inject: true,
  useFactory: true,
  useClass: true,
  useExisting: true,
} as const

/**
 * Providers that make a value from options of any source.
 *
 * @param method the method that classes and existing providers are called by
 * @throws `OptionError` if not exactly one source is given
 */
export function asyncProviders<Made, Method extends string>(
  token: string,
  options: AsyncOptions<Made, Record<Method, () => Made | Promise<Made>>> & { readonly scope?: Scope },
  method: Method,
  convert: (made: Made) => unknown,
): [Provider & { readonly provide: string }, ...Provider[]] {
  const { inject = [], scope, useFactory, useClass, useExisting } = options
  if ([useFactory, useClass, useExisting].filter((source) => source !== undefined).length !== 1) {
    throw new OptionError(
      'useFactory',
      'or "useClass" or "useExisting" is required: give exactly one of them',
    )
  }
  const factory = useClass ?? useExisting
  const provider = {
    provide: token,
    inject: (factory === undefined ? [...inject] : [factory]) as never[],
    ...(scope === undefined ? undefined : { scope }),
    useFactory: async (...dependencies: never[]) => {
      if (useFactory !== undefined) return convert(await useFactory(...dependencies))
      const [made] = dependencies as Record<Method, () => Made | Promise<Made>>[]
      return convert(await made![method]())
    },
  }
  return useClass === undefined ? [provider] : [provider, { provide: useClass, useClass }]
}
