import { createAuthenticator, type Authenticator } from './authenticator.ts'
import type { StandardSchema } from './claims/schema.ts'
import { optionsFromEnv } from './policy/env.ts'
import { assertNames } from './base/assert-names.ts'
import { OptionError } from './base/option-error.ts'
import type { AuthenticatorOptions, SchemaOptions } from './policy/options.ts'

/** What happens to a refused request: the adapter answers it, or hands an `AuthError` to the framework. */
export type OnRefused = 'respond' | 'throw'

/** Options that every adapter has besides those of the authenticator. */
export interface AdapterOptions {
  /** Name of the property that the principal is attached as. Default `'auth'`. */
  readonly property?: string
  /** Whether the adapter answers a refused request, or throws an `AuthError` for the error handler. Default `'respond'`. */
  readonly onRefused?: OnRefused
}

/** Options of `jwtAuth()`: those of the authenticator, and where the framework comes in. */
export type JwtAuthOptions = AuthenticatorOptions & AdapterOptions

/** Options of `jwtAuth()` with a schema for the claims. */
export type JwtAuthSchemaOptions<Schema extends StandardSchema> = SchemaOptions<Schema> & AdapterOptions

/** Options of a guard. */
export interface GuardOptions {
  /** Default: what the authenticator before the guard does. */
  readonly onRefused?: OnRefused
}

/** An authenticator, and how its adapter is to behave. */
export interface AdapterSetup {
  readonly authenticator: Authenticator<unknown>
  readonly property: string
  readonly onRefused: OnRefused
}

/** Members of requests, in one framework or another, that a principal must not overwrite. */
const RESERVED: ReadonlySet<string> = new Set([
  '__proto__',
  'app',
  'body',
  'cookies',
  'headers',
  'host',
  'hostname',
  'id',
  'ip',
  'is404',
  'log',
  'method',
  'next',
  'originalUrl',
  'params',
  'path',
  'protocol',
  'query',
  'raw',
  'rawHeaders',
  'req',
  'res',
  'route',
  'routeOptions',
  'server',
  'session',
  'socket',
  'url',
])

/**
 * Judges an adapter's options and makes its authenticator. Without options, the environment gives them.
 *
 * @throws `OptionError` naming the option and the remedy
 */
export function setUpAdapter(
  options: JwtAuthOptions | JwtAuthSchemaOptions<StandardSchema> = optionsFromEnv(),
): AdapterSetup {
  const { property = 'auth', onRefused = 'respond', ...policy } = options
  if (typeof property !== 'string' || !/^[A-Za-z_$][\w$]*$/.test(property) || RESERVED.has(property)) {
    throw new OptionError(
      'property',
      'must be a name that the request does not need for itself, such as "auth"',
    )
  }
  if (onRefused !== 'respond' && onRefused !== 'throw') {
    throw new OptionError(
      'onRefused',
      'must be "respond" or "throw": a hook that could let a request in does not exist',
    )
  }
  // Which of the two kinds it is, createAuthenticator sees for itself; here the claims' type is not known.
  const authenticator: Authenticator<unknown> = createAuthenticator(policy as AuthenticatorOptions)
  return { authenticator, property, onRefused }
}

/** Options of a guard, checked. @throws `OptionError` for a name that does not exist */
export function readGuardOptions(options: GuardOptions): GuardOptions {
  assertNames<GuardOptions>(options, { onRefused: true }, 'options')
  return options
}
