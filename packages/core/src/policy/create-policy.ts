import type { StandardSchema } from '../claims/schema.ts'
import { toSegments, type ClaimPath } from '../principal/claim-path.ts'
import { assertNames, type NamesOf } from '../base/assert-names.ts'
import {
  optionalBoolean,
  optionalFunction,
  optionalNumber,
  optionalString,
  stringList,
} from '../base/assert-options.ts'
import { readAlgorithms } from '../keys/allowed-algorithms.ts'
import { readCookiePolicy } from '../carrier/cookie-policy.ts'
import { readDecryptionPolicy } from '../decryption/decryption-policy.ts'
import { OptionError } from '../base/option-error.ts'
import type { AuthenticatorOptions, BaseOptions, SchemaOptions } from './options.ts'
import type { IssuerPolicy, Policy } from './policy.ts'

/** Options of either kind. */
export type AnyOptions = AuthenticatorOptions | SchemaOptions<StandardSchema>

/** Every option there is; a name that is not here is a typing mistake, and so an error. */
const OPTION_NAMES = {
  issuer: true,
  audience: true,
  clientId: true,
  secret: true,
  publicKey: true,
  jwks: true,
  jwksUri: true,
  key: true,
  keyServer: true,
  dangerouslyAllowHttp: true,
  decryption: true,
  algorithms: true,
  profile: true,
  typ: true,
  accept: true,
  clockTolerance: true,
  maxTokenAge: true,
  dangerouslyAllowNoExpiry: true,
  maxTokenLength: true,
  tokenCacheSize: true,
  offload: true,
  scopesFrom: true,
  rolesFrom: true,
  isRevoked: true,
  cookie: true,
  origin: true,
  allowedOrigins: true,
  csrfSecrets: true,
  insecureLocalhost: true,
  dangerouslyAllowUnprefixedCookie: true,
  dangerouslyReadQuery: true,
  optional: true,
  exposeToken: true,
  realm: true,
  now: true,
  fetch: true,
  claims: true,
} as const satisfies NamesOf<BaseOptions & { readonly claims?: unknown }>

/** Options become a frozen policy. Every mistake throws here, naming the option and the remedy. */
export function createPolicy(options: AnyOptions): Policy {
  if (typeof options !== 'object' || options === null) {
    throw new OptionError('issuer', 'is missing: give options, at least { issuer, audience }')
  }
  if ('verification' in options && typeof options.verification === 'function') {
    throw new OptionError('verification', 'is a method here: give what it answers, jwtAuth(x.verification())')
  }
  assertNames<BaseOptions & { readonly claims?: unknown }>(options, OPTION_NAMES, 'options')
  const issuer = readIssuerPolicy(options)
  return Object.freeze({
    issuers: new Map([[issuer.issuer, issuer]]),
    algorithms: new Set(readAlgorithms(options)),
    decryption: readDecryptionPolicy(options),
    clockTolerance: optionalNumber(options, 'clockTolerance', { default: 15, max: 60, unit: 'seconds' }),
    maxTokenAge:
      options.maxTokenAge === undefined
        ? undefined
        : optionalNumber(options, 'maxTokenAge', { default: 0, min: 1, unit: 'seconds' }),
    requireExpiry: !optionalBoolean(options, 'dangerouslyAllowNoExpiry'),
    maxTokenLength: optionalNumber(options, 'maxTokenLength', {
      default: 16_384,
      min: 256,
      max: 65_536,
      unit: 'characters',
    }),
    tokenCacheSize: Math.floor(
      optionalNumber(options, 'tokenCacheSize', { default: 10_000, max: 1_000_000, unit: 'tokens' }),
    ),
    offload: optionalBoolean(options, 'offload'),
    schema: readSchema(options.claims),
    cookie: readCookiePolicy(options),
    query: readQueryName(options),
    optional: optionalBoolean(options, 'optional'),
    exposeToken: optionalBoolean(options, 'exposeToken'),
    realm: readRealm(options),
    isRevoked: optionalFunction(options, 'isRevoked'),
    now: optionalFunction(options, 'now') ?? Date.now,
  } satisfies Policy)
}

function readIssuerPolicy(options: AnyOptions): IssuerPolicy {
  const { issuer, profile, accept = 'access_token' } = options
  if (typeof issuer !== 'string' || issuer === '') {
    throw new OptionError('issuer', 'is missing: give the exact value of the tokens’ "iss" claim')
  }
  if (profile !== undefined && profile !== 'rfc9068')
    throw new OptionError('profile', 'must be "rfc9068" or absent')
  if (accept !== 'access_token' && accept !== 'id_token') {
    throw new OptionError('accept', 'must be "access_token" or "id_token"')
  }
  if (profile !== undefined && accept === 'id_token') {
    throw new OptionError('profile', 'is about access tokens: leave it out, or "accept"')
  }
  const clientIds = options.clientId === undefined ? undefined : new Set(stringList(options, 'clientId'))
  return Object.freeze({
    issuer,
    audience: readAudience(options),
    clientIds,
    profile,
    typ: readType(options),
    accept,
    scopesFrom: readPaths('scopesFrom', options.scopesFrom, ['scope', 'scp']),
    rolesFrom: readPaths('rolesFrom', options.rolesFrom, ['roles']),
  })
}

/** In the form in which headers are compared: lower case, without `application/`. */
function readType(options: AnyOptions): string | undefined {
  const typ = optionalString(options, 'typ')
  if (typ === undefined) return undefined
  if (!/^[a-z0-9][a-z0-9.+-]*$/.test(typ)) {
    throw new OptionError(
      'typ',
      'must be a lower-case media type without "application/", such as "hand-off+jwt"',
    )
  }
  if (options.profile !== undefined || options.accept !== undefined) {
    throw new OptionError('typ', 'is for other tokens than "profile" and "accept" are: leave those out')
  }
  return typ
}

function readAudience(options: AnyOptions): ReadonlySet<string> | null {
  if (options.audience === null) {
    if (options.profile === 'rfc9068') throw new OptionError('audience', 'is required by profile "rfc9068"')
    return null
  }
  if (options.audience === undefined) {
    throw new OptionError(
      'audience',
      'is missing: give the identifier of this API as tokens have it in "aud", or null if it must not be checked',
    )
  }
  return new Set(stringList(options, 'audience'))
}

/** One path or a list of paths. A bare list of names is a list of paths, so a path in segments stands in a list. */
function readPaths(
  option: string,
  value: ClaimPath | readonly ClaimPath[] | undefined,
  otherwise: readonly string[],
): readonly (readonly string[])[] {
  const paths: readonly unknown[] = value === undefined ? otherwise : Array.isArray(value) ? value : [value]
  const segments = paths.map((path) => {
    const names = typeof path === 'string' || Array.isArray(path) ? toSegments(path as ClaimPath) : []
    if (names.length === 0 || names.some((name) => typeof name !== 'string' || name === '')) {
      throw new OptionError(option, 'must be the name of a claim, or a list of names')
    }
    return Object.freeze(names)
  })
  return Object.freeze(segments)
}

function readSchema(schema: object | null | undefined): StandardSchema | undefined {
  if (schema === undefined) return undefined
  // arktype's schemas are functions, so anything may have the member
  const standard: Partial<StandardSchema['~standard']> | undefined = Reflect.get(Object(schema), '~standard')
  if (standard?.version !== 1 || typeof standard.validate !== 'function') {
    throw new OptionError(
      'claims',
      'is no Standard Schema (version 1): use zod, valibot, arktype or another that is',
    )
  }
  return schema as StandardSchema
}

function readQueryName(options: AnyOptions): string | undefined {
  const name = optionalString(options, 'dangerouslyReadQuery')
  if (name === '') throw new OptionError('dangerouslyReadQuery', 'must be the name of a parameter')
  return name
}

/** Refused at start, so that no challenge ever has to be mended. */
function readRealm(options: AnyOptions): string | undefined {
  const realm = optionalString(options, 'realm')
  if (realm !== undefined && !/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/.test(realm)) {
    throw new OptionError('realm', 'must be printable ASCII without quotes and backslashes')
  }
  return realm
}
