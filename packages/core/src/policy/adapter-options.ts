import type { AnyOptions } from './create-policy.ts'
import { optionsFromEnv } from './env.ts'
import { OptionError } from './option-error.ts'

/** What happens to a refused request: the adapter answers it, or hands an `AuthError` to the framework. */
export type OnRefused = 'respond' | 'throw'

/** Options that every adapter has besides those of the authenticator. */
export interface AdapterOptions {
  /** Name of the property that the principal is attached as. Default `auth`. */
  readonly property?: string
  /** Default `'respond'`. */
  readonly onRefused?: OnRefused
}

/**
 * Parts an adapter's options from the authenticator's, and judges them. Without options, the environment gives them.
 * @throws `OptionError` naming the option and the remedy
 */
export function splitAdapterOptions(options: (AnyOptions & AdapterOptions) | undefined): {
  readonly authenticator: AnyOptions
  readonly property: string
  readonly onRefused: OnRefused
} {
  const {
    property = 'auth',
    onRefused = 'respond',
    ...authenticator
  }: AnyOptions & AdapterOptions = options ?? optionsFromEnv()
  if (typeof property !== 'string' || property === '' || property === '__proto__') {
    throw new OptionError('property', 'must be the name of a property')
  }
  if (onRefused !== 'respond' && onRefused !== 'throw') {
    throw new OptionError(
      'onRefused',
      'must be "respond" or "throw": a hook that could let a request in does not exist',
    )
  }
  return { authenticator, property, onRefused }
}
