import { optionalBoolean, optionalNumber, optionalString, stringList } from '../base/assert-options.ts'
import { MAX_CLOCK_TOLERANCE } from '../base/clock-tolerance.ts'
import { memberOf } from '../base/members.ts'
import { OptionError } from '../base/option-error.ts'
import type { ClaimsOptions, SchemaOption } from './claims-options.ts'
import type { StandardSchema } from './schema.ts'

/** What the claims of one issuer's tokens must be. */
export interface ClaimsPolicy {
  /** `null` if the audience is, explicitly, not checked. */
  readonly audience: ReadonlySet<string> | null
  readonly clientIds: ReadonlySet<string> | undefined
  readonly profile: 'rfc9068' | undefined
  /** Header type that is required instead of an access token's. */
  readonly typ: string | undefined
  readonly accept: 'access_token' | 'id_token'
  /** Seconds. */
  readonly clockTolerance: number
  /** Seconds since `iat`. */
  readonly maxTokenAge: number | undefined
  readonly requireExpiry: boolean
  readonly schema: StandardSchema | undefined
}

export function readClaimsPolicy(
  options: ClaimsOptions & SchemaOption<StandardSchema | undefined>,
): ClaimsPolicy {
  const { profile, accept = 'access_token' } = options
  if (profile !== undefined && profile !== 'rfc9068')
    throw new OptionError('profile', 'must be "rfc9068" or absent')
  if (accept !== 'access_token' && accept !== 'id_token') {
    throw new OptionError('accept', 'must be "access_token" or "id_token"')
  }
  if (profile !== undefined && accept === 'id_token') {
    throw new OptionError('profile', 'is for access tokens only: remove "profile" or "accept"')
  }
  return Object.freeze({
    audience: readAudience(options),
    clientIds: options.clientId === undefined ? undefined : new Set(identifiers(options, 'clientId')),
    profile,
    typ: readType(options),
    accept,
    clockTolerance: optionalNumber(options, 'clockTolerance', {
      default: 15,
      max: MAX_CLOCK_TOLERANCE,
      unit: 'seconds',
    }),
    maxTokenAge:
      options.maxTokenAge === undefined
        ? undefined
        : optionalNumber(options, 'maxTokenAge', { default: 0, min: 1, unit: 'seconds' }),
    requireExpiry: !optionalBoolean(options, 'dangerouslyAllowNoExpiry'),
    schema: readSchema(options.claims),
  })
}

/** The form in which headers are compared: lower case, without `application/`. */
function readType(options: ClaimsOptions): string | undefined {
  const typ = optionalString(options, 'typ')
  if (typ === undefined) return undefined
  if (!/^[a-z0-9][a-z0-9.+-]*$/.test(typ)) {
    throw new OptionError(
      'typ',
      'must be a lower-case media type without "application/", such as "hand-off+jwt"',
    )
  }
  if (options.profile !== undefined || options.accept !== undefined) {
    throw new OptionError('typ', 'cannot be combined with "profile" or "accept": remove those')
  }
  return typ
}

function readAudience(options: ClaimsOptions): ReadonlySet<string> | null {
  if (options.audience === null) {
    if (options.profile === 'rfc9068')
      throw new OptionError(
        'audience',
        'must not be null with profile "rfc9068", which requires "aud": give the identifier of this API',
      )
    return null
  }
  if (options.audience === undefined) {
    throw new OptionError(
      'audience',
      'is missing: give the identifier of this API, as in the "aud" of its tokens, or null to disable the check',
    )
  }
  return new Set(identifiers(options, 'audience'))
}

/** Names that are compared exactly: one with an extra blank would never match. */
function identifiers(options: ClaimsOptions, option: 'audience' | 'clientId'): readonly string[] {
  const list = stringList(options, option)
  if (list.every((name) => name === name.trim())) return list
  throw new OptionError(option, 'begins or ends with a blank, but is compared exactly: remove the blank')
}

function readSchema(schema: object | null | undefined): StandardSchema | undefined {
  if (schema === undefined) return undefined
  // arktype's schemas are functions, so a value of any type may have the member
  const standard: Partial<StandardSchema['~standard']> | undefined = memberOf(
    Object(schema) as object,
    '~standard',
  ) as Partial<StandardSchema['~standard']> | undefined
  if (standard?.version !== 1 || typeof standard.validate !== 'function') {
    throw new OptionError(
      'claims',
      'is not a Standard Schema (version 1): use zod, valibot, arktype or another library that supports it',
    )
  }
  return schema as StandardSchema
}
