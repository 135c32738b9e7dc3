import { kindOf, type NamesOf } from '../base/assert-names.ts'
import { OptionError } from '../base/option-error.ts'
import { CLAIMS_OPTION_NAMES, type ClaimsOptions, type SchemaOption } from '../claims/claims-options.ts'
import type { StandardSchema } from '../claims/schema.ts'
import { ENCRYPTED_TOKEN_OPTION_NAMES, type EncryptedTokenOptions } from '../decryption/decryption-options.ts'
import { KEY_OPTION_NAMES, type KeyOptions } from '../keys/key-options.ts'
import { isMetadataAddress } from '../keys/key-url.ts'
import { MAPPING_OPTION_NAMES, type MappingOptions } from '../principal/principal-options.ts'

/** The issuer. */
export interface IssuerNameOptions {
  /**
   * The issuer of the tokens: the exact value of `iss`. If no key source is given, its key set is discovered from it
   * (OpenID Connect Discovery 1.0, RFC 8414).
   */
  readonly issuer: string
}

/** All options for the tokens of one issuer, except the schema of their claims. */
export interface IssuerOptions
  extends IssuerNameOptions, KeyOptions, EncryptedTokenOptions, ClaimsOptions, MappingOptions {}

/** The options of an issuer, with a schema or without. */
export type AnyIssuerOptions = IssuerOptions & SchemaOption<StandardSchema | undefined>

export const ISSUER_OPTION_NAMES: NamesOf<AnyIssuerOptions> = {
  issuer: true,
  ...KEY_OPTION_NAMES,
  ...ENCRYPTED_TOKEN_OPTION_NAMES,
  ...CLAIMS_OPTION_NAMES,
  ...MAPPING_OPTION_NAMES,
}

const EXACT = 'give the exact value of the tokens’ "iss" claim'

/** The option `issuer`: one text, compared exactly with `iss`. */
export function readIssuer(issuer: unknown): string {
  if (issuer === undefined) throw new OptionError('issuer', `is missing: ${EXACT}`)
  if (Array.isArray(issuer)) {
    throw new OptionError('issuer', 'must be one string, got a list: make an authenticator for each issuer')
  }
  if (issuer === '') throw new OptionError('issuer', `is an empty string: ${EXACT}`)
  if (typeof issuer !== 'string') {
    throw new OptionError('issuer', `must be a string, got ${kindOf(issuer)}: ${EXACT}`)
  }
  if (issuer !== issuer.trim()) {
    throw new OptionError('issuer', `begins or ends with a blank, so no token matches it: ${EXACT}`)
  }
  if (isMetadataAddress(issuer)) {
    throw new OptionError(
      'issuer',
      'is the URL of metadata, not the issuer: give the value of "issuer" in the metadata, without "/.well-known/…"',
    )
  }
  return issuer
}
