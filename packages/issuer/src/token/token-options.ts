import { OptionError, optionalNumber, optionFault, type NamesOf } from '@countersign/core/toolkit'
import { wholeSeconds } from '../base/seconds.ts'
import { audienceOf, optionalText } from '../base/strings.ts'
import { createEncrypt, type Encrypt, type EncryptTo } from './encrypt.ts'

/** Options of the tokens of any issuer. */
export interface TokenOptions {
  /** Default audience of access tokens. Default none: each token must name its own. */
  readonly audience?: string | readonly string[] | undefined
  /** Default `client_id` of access tokens. Default none: each token must name its own. */
  readonly clientId?: string | undefined
  /** Lifetime of access tokens, in seconds. Default 600. */
  readonly expiresIn?: number | undefined
  /** Maximum lifetime of any token, in seconds. Keys stay published for that time after their last signature. Default 3600. */
  readonly maxExpiresIn?: number | undefined
  /** Encrypts access tokens for their receiver, after signing. Default: signed only. */
  readonly encryptTo?: EncryptTo | undefined
  /** Larger tokens cause a warning, in bytes. Default 3800, which fits into a cookie. */
  readonly sizeWarning?: number | undefined
}

/** The names of {@link TokenOptions}. */
export const TOKEN_NAMES: NamesOf<TokenOptions> = {
  audience: true,
  clientId: true,
  expiresIn: true,
  maxExpiresIn: true,
  encryptTo: true,
  sizeWarning: true,
}

/** The validated options of tokens. */
export interface TokenPolicy {
  readonly audience: string | readonly string[] | undefined
  readonly clientId: string | undefined
  /** Seconds. */
  readonly expiresIn: number
  /** Seconds. */
  readonly maxExpiresIn: number
  readonly encrypt: Encrypt | undefined
  /** Bytes. */
  readonly sizeWarning: number
}

/** Validates the options of tokens. @throws `OptionError` naming the option and the remedy */
export function readTokenPolicy(options: TokenOptions): TokenPolicy {
  const { audience, encryptTo } = options
  const maxExpiresIn = wholeSeconds(options, 'maxExpiresIn', 3_600, 31_536_000)
  const expiresIn = wholeSeconds(options, 'expiresIn', Math.min(600, maxExpiresIn), 31_536_000)
  if (expiresIn > maxExpiresIn) {
    throw new OptionError(
      'expiresIn',
      `is longer than maxExpiresIn, which is ${maxExpiresIn}: raise maxExpiresIn too`,
    )
  }
  if (audience !== undefined) audienceOf(audience, optionFault)
  return {
    audience,
    clientId: optionalText(options, 'clientId', optionFault),
    expiresIn,
    maxExpiresIn,
    encrypt: encryptTo === undefined ? undefined : createEncrypt(encryptTo, optionFault),
    sizeWarning: optionalNumber(options, 'sizeWarning', { default: 3_800, min: 256, unit: 'bytes' }),
  }
}
