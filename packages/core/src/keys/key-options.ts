import { assertAsymmetric } from './allowed-algorithms.ts'
import { optionalFunction, optionalNumber, stringList } from '../base/assert-options.ts'
import { assertNames, faultWithin, type NamesOf } from '../base/assert-names.ts'
import { OptionError } from '../base/option-error.ts'
import type { BaseOptions, KeyServerOptions } from '../policy/options.ts'
import type { Policy } from '../policy/policy.ts'
import { functionKeys } from './function-keys.ts'
import type { KeySource } from './key-source.ts'
import { isAllowedKeyUrl } from './key-url.ts'
import { remoteKeys } from './remote-keys.ts'
import { keysFromJwks, keysFromPublicKeys, keysFromSecrets, staticKeys } from './static-keys.ts'

/** Seconds. Nobody waits longer for an answer, and timers of more than 24 days fire at once. */
const MAX_TIMEOUT = 300

const SOURCES = ['secret', 'publicKey', 'jwks', 'jwksUri', 'key'] as const

/** Options that say how keys are fetched. */
const REMOTE_OPTIONS = ['keyServer', 'dangerouslyAllowHttp', 'fetch'] as const

/** The source of keys that the options name: exactly one, or the issuer itself. */
export function createKeySource(options: BaseOptions, policy: Policy): KeySource {
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
  const algorithms = [...policy.algorithms]
  const { secret, publicKey, jwks, key } = options
  if (secret !== undefined) return staticKeys(keysFromSecrets(secret, { algorithms }))
  if (key !== undefined) return functionKeys(optionalFunction(options, 'key')!, algorithms, policy.now)
  assertAsymmetric(algorithms, source ?? 'issuer')
  if (publicKey !== undefined) return staticKeys(keysFromPublicKeys(publicKey, { algorithms }))
  if (jwks !== undefined) return staticKeys(keysFromJwks(jwks, { algorithms }))
  return remoteSource(options, policy)
}

function remoteSource(options: BaseOptions, policy: Policy): KeySource {
  const allowHttp = new Set(
    options.dangerouslyAllowHttp === undefined ? [] : stringList(options, 'dangerouslyAllowHttp'),
  )
  const { issuer, jwksUri } = options
  if (jwksUri === undefined) assertKeyUrl('issuer', issuer, allowHttp)
  const keyServer = readKeyServer(options.keyServer)
  // Whole milliseconds: timers take no others.
  const seconds = (name: keyof KeyServerOptions, standard: number, min: number, max?: number): number => {
    const bounds = { default: standard, min, ...(max && { max }), unit: 'seconds' }
    return Math.round(1_000 * optionalNumber(keyServer, name, bounds, faultWithin('keyServer')))
  }
  return remoteKeys({
    issuer,
    jwksUri: jwksUri === undefined ? undefined : assertKeyUrl('jwksUri', jwksUri, allowHttp),
    algorithms: [...policy.algorithms],
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
    now: policy.now,
    fetch: optionalFunction(options, 'fetch') ?? ((input, init) => fetch(input, init)),
  })
}

/** Every option there is, for finding typing mistakes. */
const KEY_SERVER_OPTIONS: NamesOf<KeyServerOptions> = {
  maxAge: true,
  staleIfError: true,
  cooldown: true,
  timeout: true,
  maxBytes: true,
}

function readKeyServer(keyServer: unknown = {}): KeyServerOptions {
  if (typeof keyServer !== 'object' || keyServer === null || Array.isArray(keyServer)) {
    throw new OptionError('keyServer', 'must be an object')
  }
  assertNames<KeyServerOptions>(keyServer, KEY_SERVER_OPTIONS, 'keyServer', faultWithin('keyServer'))
  return keyServer
}

function assertKeyUrl(option: string, value: string | URL, allowHttp: ReadonlySet<string>): URL {
  if (!URL.canParse(String(value))) {
    const why =
      option === 'issuer'
        ? ' and no key source is given: give "jwksUri", "jwks", "publicKey" or "secret"'
        : ''
    throw new OptionError(option, `is no URL${why}`)
  }
  const url = new URL(value)
  if (!isAllowedKeyUrl(url, allowHttp)) {
    throw new OptionError(
      option,
      'must be https, since keys are fetched from it: use https, or name its host in dangerouslyAllowHttp',
    )
  }
  return url
}
