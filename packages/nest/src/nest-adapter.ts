import {
  OptionError,
  optionsFromEnv,
  type Authenticator,
  type AuthenticatorOptions,
  type StandardSchema,
} from '@countersign/core'
import {
  adapterOf,
  createAdapter,
  type Adapter,
  type AdapterOptions,
  type JwtAuthOptions,
} from '@countersign/core/adapter'

/** Options of the adapter that Nest has. Here a rejected request always throws an exception. */
export type NestOptions = Omit<AdapterOptions, 'onRefused'>

/** What factories make: options, or an authenticator. */
export type JwtAuthFactoryResult =
  | (AuthenticatorOptions<StandardSchema | undefined> & NestOptions)
  | Authenticator<unknown>

/** The adapter for options, for an authenticator, or for the options of the environment. */
export function createNestAdapter(made: JwtAuthFactoryResult | undefined): Adapter<object> {
  if (isAuthenticator(made)) return toAdapter(made)
  if ('onRefused' in Object(made)) {
    throw new OptionError(
      'onRefused',
      'is not available in Nest, where a rejected request always throws an exception: use an exception filter',
    )
  }
  const options = (made === undefined ? optionsFromEnv() : made) as JwtAuthOptions
  return createAdapter({ ...options, onRefused: 'throw' })
}

/** The value provided under a policy's token. Tests may put an authenticator there. */
export function toAdapter(provided: Adapter<object> | Authenticator<unknown>): Adapter<object> {
  if ('publish' in provided) return provided
  return adapterOf(provided, { property: 'auth', onRefused: 'throw', currentPrincipal: false })
}

function isAuthenticator(value: unknown): value is Authenticator<unknown> {
  return typeof value === 'object' && value !== null && 'authenticate' in value
}
