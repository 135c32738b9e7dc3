import { ACCEPT_OPTION_NAMES, type AcceptOptions } from '../accept/accept-options.ts'
import type { NamesOf } from '../base/assert-names.ts'
import { COOKIE_OPTION_NAMES, type CookieOptions } from '../carrier/cookie-options.ts'
import type { SchemaOption } from '../claims/claims-options.ts'
import type { StandardSchema } from '../claims/schema.ts'
import { ISSUER_OPTION_NAMES, type IssuerOptions } from '../issuer/issuer-options.ts'
import { PRINCIPAL_OPTION_NAMES, type PrincipalOptions } from '../principal/principal-options.ts'
import { REQUEST_OPTION_NAMES, type RequestOptions } from '../request/request-options.ts'
import { REVOCATION_OPTION_NAMES, type RevocationOptions } from '../revocation/revocation-options.ts'
import { TOKEN_OPTION_NAMES, type TokenOptions } from '../token/token-options.ts'

/** Options that belong to no other folder. */
export interface GeneralOptions {
  /** Accepts requests without a credential as anonymous. A bad credential is still rejected. Default false. */
  readonly optional?: boolean
  /** `realm` of the challenge (RFC 9110 section 11.5). Default none. */
  readonly realm?: string
  /** The clock, in milliseconds since the epoch. Default `Date.now`. For tests. */
  readonly now?: () => number
}

/** Every option except the schema of claims. Each folder declares its own. */
export interface CommonOptions
  extends
    IssuerOptions,
    TokenOptions,
    AcceptOptions,
    RevocationOptions,
    CookieOptions,
    RequestOptions,
    PrincipalOptions,
    GeneralOptions {}

/**
 * Options of an authenticator. With a Standard Schema as `claims`, its output is the type of the principal's claims;
 * the type parameter is then inferred.
 */
export type AuthenticatorOptions<Schema extends StandardSchema | undefined = undefined> = CommonOptions &
  SchemaOption<Schema>

/** Options with a schema or without. */
export type AnyOptions = AuthenticatorOptions<StandardSchema | undefined>

/** Every option there is. Any other name is a typing mistake, and so an error. */
export const OPTION_NAMES: NamesOf<AnyOptions> = {
  ...ISSUER_OPTION_NAMES,
  ...TOKEN_OPTION_NAMES,
  ...ACCEPT_OPTION_NAMES,
  ...REVOCATION_OPTION_NAMES,
  ...COOKIE_OPTION_NAMES,
  ...REQUEST_OPTION_NAMES,
  ...PRINCIPAL_OPTION_NAMES,
  optional: true,
  realm: true,
  now: true,
}
