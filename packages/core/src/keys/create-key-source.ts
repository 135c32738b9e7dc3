import type { Algorithm } from '../algorithms/jws.ts'
import { readMembersWithin, faultWithin } from '../base/assert-names.ts'
import { optionalFunction, optionalNumber } from '../base/assert-options.ts'
import { OptionError } from '../base/option-error.ts'
import { assertAsymmetric } from './allowed-algorithms.ts'
import { functionKeys } from './function-keys.ts'
import { KEY_SERVER_OPTION_NAMES, type KeyOptions, type KeyServerOptions } from './key-options.ts'
import type { KeySource } from './key-source.ts'
import { readHttpHosts, readKeyUrl } from './key-url.ts'
import { remoteKeys } from './remote-keys.ts'
import { keysFromJwks, keysFromPublicKeys, keysFromSecrets, staticKeys } from './static-keys.ts'

/** Seconds. No request waits longer for a response, and timers of more than 24 days fire at once. */
const MAX_TIMEOUT = 300

const SOURCES = ['secret', 'publicKey', 'jwks', 'jwksUri', 'key'] as const

/** Options for fetching keys. */
const REMOTE_OPTIONS = ['keyServer', 'dangerouslyAllowHttp', 'fetch'] as const

/** What a key source needs besides its options. */
export interface KeyContext {
  /** The issuer of the keys. They are discovered from it if the options name no source. */
  readonly issuer: string
  readonly algorithms: readonly Algorithm[]
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** The key source that the options name: exactly one, or discovery from the issuer. */
export function createKeySource(options: KeyOptions, context: KeyContext): KeySource {
  const given = SOURCES.filter((source) => options[source] !== undefined)
  if (given.length > 1) {
    throw new OptionError(
      given[1]!,
      `and "${given[0]}" are both given: keys come from one source, so keep one of them`,
    )
  }
  for (const source of SOURCES) {
    // `secret: process.env.X` with X unset must not silently become discovery.
    if (Object.hasOwn(options, source) && options[source] === undefined) {
      throw new OptionError(
        source,
        'is given, but undefined: set it (an environment variable may be missing)',
      )
    }
  }
  const source = given[0]
  if (source !== undefined && source !== 'jwksUri') {
    for (const option of REMOTE_OPTIONS) {
      if (options[option] !== undefined) {
        throw new OptionError(option, `has no effect, since keys come from "${source}": remove it`)
      }
    }
  }
  const { algorithms, now } = context
  const { secret, publicKey, jwks, key } = options
  if (secret !== undefined) return staticKeys(keysFromSecrets(secret, { algorithms }))
  if (key !== undefined) return functionKeys(optionalFunction(options, 'key')!, algorithms, now)
  assertAsymmetric(algorithms, source ?? 'issuer')
  if (publicKey !== undefined) return staticKeys(keysFromPublicKeys(publicKey, { algorithms }))
  if (jwks !== undefined) return staticKeys(keysFromJwks(jwks, { algorithms }))
  return remoteSource(options, context)
}

function remoteSource(options: KeyOptions, { issuer, algorithms, now }: KeyContext): KeySource {
  const allowHttp = readHttpHosts(options)
  const { jwksUri } = options
  if (jwksUri === undefined) readKeyUrl('issuer', issuer, allowHttp)
  const { keyServer: given = {} } = options
  const keyServer = readMembersWithin<KeyServerOptions>(given, KEY_SERVER_OPTION_NAMES, 'keyServer')
  // Whole milliseconds: timers accept no fractions.
  const seconds = (name: keyof KeyServerOptions, standard: number, min: number, max?: number): number => {
    const bounds = { default: standard, min, ...(max && { max }), unit: 'seconds' }
    return Math.round(1_000 * optionalNumber(keyServer, name, bounds, faultWithin('keyServer')))
  }
  return remoteKeys({
    issuer,
    jwksUri: jwksUri === undefined ? undefined : readKeyUrl('jwksUri', jwksUri, allowHttp),
    algorithms,
    allowHttp,
    timeout: seconds('timeout', 5, 0.001, MAX_TIMEOUT),
    maxBytes: optionalNumber(
      keyServer,
      'maxBytes',
      { default: 262_144, min: 1, unit: 'bytes' },
      faultWithin('keyServer'),
    ),
    maxAge: seconds('maxAge', 600, 1),
    staleIfError: seconds('staleIfError', 3_600, 0),
    cooldown: seconds('cooldown', 30, 1),
    now,
    fetch: optionalFunction(options, 'fetch') ?? ((input, init) => fetch(input, init)),
  })
}
