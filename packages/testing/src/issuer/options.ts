import {
  assertNames,
  assertNamesWithin,
  isProduction,
  OptionError,
  optionalBoolean,
  optionFault,
  type NamesOf,
} from '@countersign/core/toolkit'
import { assertPrivateClaims, type IssuerAlgorithm, type PrivateClaims } from '@countersign/issuer'
import type { FakeClock } from '../clock.ts'

/** Options of `createTestIssuer()`. */
export interface TestIssuerOptions {
  /** `iss` of its tokens. Default `https://idp.test`; with `listen`, the address that it listens on. */
  readonly issuer?: string | undefined
  /** `aud` of its tokens. Default `https://api.test`. */
  readonly audience?: string | readonly string[] | undefined
  /** `client_id` of its tokens. Default `test-client`. */
  readonly clientId?: string | undefined
  /** The algorithm of its signatures. Default `ES256`. */
  readonly algorithm?: IssuerAlgorithm | undefined
  /**
   * Serves metadata and key set on `http://127.0.0.1`: `true` for any free port, or the port. Default false: keys are read
   * from memory, without a socket.
   */
  readonly listen?: boolean | { readonly port: number } | undefined
  /** The clock of its tokens, and of the server that uses its `options`. Default: the time of this machine. */
  readonly clock?: FakeClock | undefined
  /** Further claims of every token. Default none. */
  readonly claims?: PrivateClaims | undefined
  /** Allows it if `NODE_ENV` is `production`, although it signs any content. Default false. */
  readonly dangerouslyAllowInProduction?: boolean | undefined
}

const OPTION_NAMES = {
  issuer: true,
  audience: true,
  clientId: true,
  algorithm: true,
  listen: true,
  clock: true,
  claims: true,
  dangerouslyAllowInProduction: true,
} as const satisfies NamesOf<TestIssuerOptions>

/** The validated options. */
export interface TestIssuerSettings {
  /** `undefined`: the address that it listens on, or a default name. */
  readonly issuer: string | undefined
  readonly audience: string | readonly string[]
  readonly clientId: string
  readonly algorithm: IssuerAlgorithm
  /** `undefined`: does not listen. 0: any free port. */
  readonly port: number | undefined
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly claims: PrivateClaims | undefined
}

const ALGORITHMS: readonly IssuerAlgorithm[] = ['ES256', 'EdDSA', 'RS256', 'PS256', 'HS256']

/**
 * Validates the options, except those of tokens, which the issuer validates.
 * @throws `OptionError` naming the option and the remedy
 */
export function readTestIssuerOptions(options: TestIssuerOptions): TestIssuerSettings {
  assertNames<TestIssuerOptions>(options, OPTION_NAMES, 'options')
  if (!optionalBoolean(options, 'dangerouslyAllowInProduction') && isProduction()) {
    throw new OptionError(
      'dangerouslyAllowInProduction',
      'is not set and NODE_ENV is "production": createTestIssuer() signs any content, so it is only for tests',
    )
  }
  const { algorithm = 'ES256', clock } = options
  if (!ALGORITHMS.includes(algorithm))
    throw new OptionError('algorithm', `must be one of ${ALGORITHMS.join(', ')}`)
  if (clock !== undefined && typeof clock?.now !== 'function')
    throw new OptionError('clock', 'must be a clock, such as fakeClock()')
  assertPrivateClaims(options.claims, optionFault, { exp: 'set "expiresIn" of each token' })
  const port = readPort(options.listen)
  if (port !== undefined && algorithm === 'HS256')
    throw new OptionError('listen', 'has no effect with HS256: a shared secret is not published')
  return {
    issuer: options.issuer,
    audience: options.audience ?? 'https://api.test',
    clientId: options.clientId ?? 'test-client',
    algorithm,
    port,
    // calls Date.now each time, so that fake timers which are installed later work too
    now: clock === undefined ? () => Date.now() : () => clock.now(),
    claims: options.claims,
  }
}

function readPort(listen: TestIssuerOptions['listen']): number | undefined {
  if (listen === undefined || listen === false) return undefined
  if (listen === true) return 0
  if (typeof listen === 'object' && listen !== null)
    assertNamesWithin<Exclude<typeof listen, boolean>>(listen, { port: true }, 'listen')
  const port: unknown = listen?.port
  if (typeof port !== 'number' || !Number.isInteger(port) || port < 0 || port > 65_535)
    throw new OptionError('listen', 'must be true, false or { port } with a port from 0 to 65535')
  return port
}
