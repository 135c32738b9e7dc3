import { assertNames, OptionError, optionalFunction, type NamesOf } from '@countersign/core/toolkit'
import {
  COOKIE_NAMES,
  readCookieSettings,
  type CookieOptions,
  type CookieSettings,
} from './cookies/cookie-options.ts'
import {
  readServicePolicy,
  SERVICE_NAMES,
  type ServiceOptions,
  type ServicePolicy,
} from './service/service-options.ts'
import { readTokenPolicy, TOKEN_NAMES, type TokenOptions, type TokenPolicy } from './token/token-options.ts'

/** Options of {@link createSessions}. */
export interface SessionsOptions extends TokenOptions, ServiceOptions, CookieOptions {
  /** The clock, in milliseconds since the epoch. Default `Date.now`. For tests; the store has its own. */
  readonly now?: (() => number) | undefined
  /** The source of random bytes. Default `node:crypto`. For tests. */
  readonly randomBytes?: ((length: number) => Uint8Array) | undefined
}

/** The validated options: one part for each folder. */
export interface SessionsPolicy {
  readonly token: TokenPolicy
  readonly service: ServicePolicy
  readonly cookies: CookieSettings
  /** `undefined`: the time of day. */
  readonly now: SessionsOptions['now']
}

const OPTION_NAMES = {
  ...TOKEN_NAMES,
  ...SERVICE_NAMES,
  ...COOKIE_NAMES,
  now: true,
  randomBytes: true,
} as const satisfies NamesOf<SessionsOptions>

/**
 * Validates the options.
 * @throws `OptionError` naming the option and the remedy
 */
export function readSessionsPolicy(options: SessionsOptions): SessionsPolicy {
  if (typeof options !== 'object' || options === null)
    throw new OptionError('issuer', 'is missing: pass options, at least { issuer, store, secrets }')
  assertNames<SessionsOptions>(options, OPTION_NAMES, 'options')
  const now = optionalFunction(options, 'now')
  optionalFunction(options, 'randomBytes')
  const service = readServicePolicy(options)
  const token = readTokenPolicy(options, now)
  return Object.freeze({ token, service, cookies: readCookieSettings(options), now })
}
