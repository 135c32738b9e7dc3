import { argumentFault, assertNames, kindOf, type NamesOf } from '@countersign/core/toolkit'
import { audienceOf, optionalText } from '../base/strings.ts'
import { assertPrivateClaims, SET_BY_ISSUER, type PrivateClaims } from './claims.ts'
import { createEncrypt, type EncryptTo } from './encrypt.ts'
import { lifetimeOf, type Issue, type IssuedToken } from './issue.ts'
import type { TokenPolicy } from './token-options.ts'

/** Options of `sign()`. */
export interface SignOptions {
  /** `typ` of the header: the kind of token, such as `invoice+jwt`. Must not be that of an access or refresh token. */
  readonly typ: string
  /** `aud`. */
  readonly audience: string | readonly string[]
  /** `sub`: the user or service of the token. Default none. */
  readonly subject?: string | undefined
  /** Seconds, at most `maxExpiresIn`. Default: the issuer's `expiresIn`. */
  readonly expiresIn?: number | undefined
  /** Encrypts the token for its receiver. Default: signed only. */
  readonly encryptTo?: EncryptTo | undefined
}

const SIGN_NAMES = {
  typ: true,
  audience: true,
  subject: true,
  expiresIn: true,
  encryptTo: true,
} as const satisfies NamesOf<SignOptions>

/** Remedies for claims that have a parameter of their own. */
const REMEDIES = {
  ...SET_BY_ISSUER,
  sub: 'pass it as "subject"',
  aud: 'pass it as "audience"',
  exp: 'use "expiresIn"',
  typ: 'pass it as "typ" of the header',
}

/** Types with a standard meaning, or with a method of their own. */
const RESERVED_TYPES: ReadonlySet<string> = new Set([
  'jwt',
  'at+jwt',
  'rt+jwt',
  'logout+jwt',
  'dpop+jwt',
  'hand-off+jwt',
])

const fault = argumentFault('sign')

/** `issuer.sign()` */
export async function signClaims(
  issue: Issue,
  policy: TokenPolicy,
  claims: PrivateClaims,
  options: SignOptions,
): Promise<IssuedToken> {
  assertPrivateClaims(claims, fault, REMEDIES)
  assertNames<SignOptions>(options, SIGN_NAMES, 'options', fault)
  const { typ, audience, encryptTo } = options
  assertType(typ)
  const registered = { sub: optionalText(options, 'subject', fault), aud: audienceOf(audience, fault) }
  const seconds = lifetimeOf(options, policy, fault)
  const encrypt = encryptTo === undefined ? undefined : createEncrypt(encryptTo, fault)
  return issue({ ...registered, ...claims }, typ, seconds, encrypt)
}

function assertType(typ: unknown): void {
  const form = 'a lower-case media type without "application/", such as "invoice+jwt"'
  if (typ === undefined) throw fault('typ', `is required: ${form}`)
  if (typeof typ !== 'string') throw fault('typ', `must be a string, got ${kindOf(typ)}`)
  if (!/^[a-z0-9][a-z0-9.+-]{0,62}$/.test(typ)) throw fault('typ', `must be ${form}`)
  if (RESERVED_TYPES.has(typ)) throw fault('typ', `must not be "${typ}": this type has a standard meaning`)
}
