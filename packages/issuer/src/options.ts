import {
  assertNames,
  kindOf,
  OptionError,
  optionalFunction,
  secretBytes,
  type NamesOf,
} from '@countersign/core/toolkit'
import { RING_NAMES, type RingOptions } from './keys/ring-options.ts'
import { readTokenPolicy, TOKEN_NAMES, type TokenOptions, type TokenPolicy } from './token/token-options.ts'

/** Options of every issuer. */
export interface BaseIssuerOptions extends TokenOptions {
  /** `iss` of its tokens: an https URL without query or fragment (RFC 8414 section 2), or http on this machine. */
  readonly issuer: string
  /** The clock, in milliseconds since the epoch. Default `Date.now`. For tests. */
  readonly now?: (() => number) | undefined
  /** A number from 0 up to 1, for the jitter of expiry. Default `Math.random`. For tests. */
  readonly random?: (() => number) | undefined
}

/** An issuer with a ring of rotating keys: any server can verify its tokens with the key set. */
export interface KeyRingIssuerOptions extends BaseIssuerOptions, RingOptions {
  readonly secret?: undefined
}

/** An issuer with a shared secret: only for servers that verify their own tokens. */
export interface SecretIssuerOptions extends BaseIssuerOptions {
  /** Signs with the secret. */
  readonly algorithm: 'HS256'
  /** At least 32 random bytes, as a string (UTF-8) or bytes. To replace a secret, list the new one, then the old one. */
  readonly secret: string | Uint8Array | readonly (string | Uint8Array)[]
  readonly store?: undefined
}

/** Options of `createIssuer()`. */
export type IssuerOptions = KeyRingIssuerOptions | SecretIssuerOptions

const OPTION_NAMES = {
  issuer: true,
  ...TOKEN_NAMES,
  ...RING_NAMES,
  secret: true,
  now: true,
  random: true,
} as const satisfies NamesOf<IssuerOptions>

/** The validated options that every issuer needs. */
export interface IssuerBasics {
  readonly url: URL
  readonly token: TokenPolicy
  readonly now: () => number
  readonly random: () => number
}

/** Validates the common options of all issuers, and the names of all options. @throws `OptionError` */
export function readBasics(options: IssuerOptions): IssuerBasics {
  assertNames<IssuerOptions>(options, OPTION_NAMES, 'options')
  return {
    token: readTokenPolicy(options),
    url: readIssuer(options.issuer),
    now: optionalFunction(options, 'now') ?? (() => Date.now()),
    random: optionalFunction(options, 'random') ?? Math.random,
  }
}

/** Whether the issuer signs with a secret. @throws `OptionError` if options of the other kind are set */
export function isSecretIssuer(options: IssuerOptions): options is SecretIssuerOptions {
  if (options.algorithm !== 'HS256') {
    if (options.secret === undefined) return false
    throw new OptionError(
      'secret',
      'is only for algorithm "HS256": set that algorithm, or leave the secret out',
    )
  }
  for (const [name, value] of Object.entries(options)) {
    if (name !== 'algorithm' && Object.hasOwn(RING_NAMES, name) && value !== undefined)
      throw new OptionError(name, 'has no effect with algorithm "HS256", which has no ring of keys')
  }
  return true
}

function readIssuer(issuer: unknown): URL {
  if (issuer !== undefined && typeof issuer !== 'string')
    throw new OptionError('issuer', `must be a string, got ${kindOf(issuer)}`)
  const url = typeof issuer === 'string' && URL.canParse(issuer) ? new URL(issuer) : undefined
  if (issuer === undefined || url === undefined) {
    const what = issuer === undefined ? 'is required: a URL' : 'must be a URL with its scheme,'
    throw new OptionError('issuer', `${what} such as "https://auth.example.com"`)
  }
  // Checks the text, not `url`: verifiers compare the text, and `url` lacks an empty query or a space at the end.
  if (/[?#\s]/.test(issuer) || url.username !== '' || url.password !== '') {
    throw new OptionError(
      'issuer',
      'must not contain a query, fragment, user name or space (RFC 8414 section 2)',
    )
  }
  const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLocal)) {
    throw new OptionError('issuer', 'must be an https URL, or http on this machine')
  }
  return url
}

/** The shared secrets; the first one signs. */
export function readSecrets({ secret }: SecretIssuerOptions): readonly Uint8Array[] {
  const list: readonly unknown[] = Array.isArray(secret) ? secret : [secret]
  if (list.length === 0) throw new OptionError('secret', 'must have at least one secret')
  return list.map((one) => secretBytes(one, 'secret', 32))
}
