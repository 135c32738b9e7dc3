import { assertNames, kindOf } from '../base/assert-names.ts'
import { optionalBoolean } from '../base/assert-options.ts'
import { copyMembers, memberOf } from '../base/members.ts'
import { OptionError } from '../base/option-error.ts'
import type { StandardSchema } from '../claims/schema.ts'
import { optionsFromEnv } from '../policy/env.ts'
import type { AuthenticatorOptions } from '../policy/options.ts'

/** What happens to a rejected request: the adapter sends the response, or passes an `AuthError` to the framework. */
export type OnRefused = 'respond' | 'throw'

/** Options of every adapter, besides those of the authenticator. */
export interface AdapterOptions {
  /** Name of the property for the principal. Default `'auth'`. */
  readonly property?: string
  /**
   * Whether the adapter responds to a rejected request, or throws an `AuthError` for the error handler. Default
   * `'respond'`.
   */
  readonly onRefused?: OnRefused
  /**
   * Whether `currentPrincipal()` returns the principal in all code that runs for the request. Default false, since
   * the runtime must then track asynchronous calls, which costs a little for each request.
   */
  readonly currentPrincipal?: boolean
}

/** Options of `jwtAuth()`: those of the authenticator, and where the framework comes in. */
export type JwtAuthOptions<Schema extends StandardSchema | undefined = undefined> =
  AuthenticatorOptions<Schema> & AdapterOptions

/** Options of a guard. */
export interface GuardOptions {
  /** Default: the setting of the `jwtAuth()` before the guard. */
  readonly onRefused?: OnRefused
}

/** Options of an adapter, validated, and the rest, which are those of the authenticator. */
export interface AdapterSettings extends Required<AdapterOptions> {
  readonly policy: AuthenticatorOptions
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
 * Validates an adapter's own options. Without options, they are read from the environment.
 *
 * @throws `OptionError` naming the option and the remedy
 */
export function readAdapterOptions(
  options: JwtAuthOptions<StandardSchema | undefined> = optionsFromEnv(),
): AdapterSettings {
  if (typeof options !== 'object' || options === null) {
    throw new OptionError('options', `must be an object, got ${kindOf(options)}`)
  }
  const { property: _property, onRefused: _refused, currentPrincipal: _flag, ...policy } = options
  const { property = 'auth', onRefused = 'respond' } = copyMembers(options, {
    property: true,
    onRefused: true,
  })
  if (typeof property !== 'string' || !/^[A-Za-z_$][\w$]*$/.test(property) || RESERVED.has(property)) {
    throw new OptionError('property', 'must be a name that requests do not use themselves, such as "auth"')
  }
  assertOnRefused(onRefused)
  const currentPrincipal = optionalBoolean(options, 'currentPrincipal')
  // `createAuthenticator` finds out which of the two kinds it is. The type of the claims is not known here.
  return { property, onRefused, currentPrincipal, policy: policy as AuthenticatorOptions }
}

/**
 * Validates the options of a guard.
 *
 * @throws `OptionError` naming the option and the remedy
 */
export function assertGuardOptions(options: GuardOptions): void {
  assertNames<GuardOptions>(options, { onRefused: true }, 'options')
  const onRefused = memberOf(options, 'onRefused')
  if (onRefused !== undefined) assertOnRefused(onRefused)
}

function assertOnRefused(value: unknown): void {
  if (value === 'respond' || value === 'throw') return
  throw new OptionError(
    'onRefused',
    'must be "respond" or "throw": functions are not supported, since one could accept a rejected request',
  )
}
