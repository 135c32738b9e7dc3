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

/** Options of the adapter that Nest has: refusals always are exceptions here. */
export type NestOptions = Omit<AdapterOptions, 'onRefused'>

/** What factories make: options, or an authenticator. */
export type JwtAuthFactoryResult =
  | (AuthenticatorOptions<StandardSchema | undefined> & NestOptions)
  | Authenticator<unknown>

/** The adapter for options, for an authenticator, or for what the environment says. */
export function createNestAdapter(made: JwtAuthFactoryResult | undefined): Adapter<object> {
  if (isAuthenticator(made)) return toAdapter(made)
  if ('onRefused' in Object(made)) {
    throw new OptionError('onRefused', 'does not exist in Nest, where refusals are exceptions: use a filter')
  }
  const options = (made === undefined ? optionsFromEnv() : made) as JwtAuthOptions
  return createAdapter({ ...options, onRefused: 'throw' })
}

/** What is provided under a policy's token; tests may put an authenticator there. */
export function toAdapter(provided: Adapter<object> | Authenticator<unknown>): Adapter<object> {
  if ('publish' in provided) return provided
  return adapterOf(provided, { property: 'auth', onRefused: 'throw', currentPrincipal: false })
}

function isAuthenticator(value: unknown): value is Authenticator<unknown> {
  return typeof value === 'object' && value !== null && 'authenticate' in value
}
