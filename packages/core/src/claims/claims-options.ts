import type { NamesOf } from '../base/assert-names.ts'
import type { StandardSchema } from './schema.ts'

/** Options for the claims of an issuer's tokens. */
export interface ClaimsOptions {
  /** The recipient of the tokens: `aud` must contain one of these. `null` explicitly disables the check. */
  readonly audience: string | readonly string[] | null
  /**
   * The client of the tokens: `client_id` or `azp` must be one of these, and one of the two must be present. For
   * issuers that set no `aud` (Cognito), together with `audience: null`. Default: not checked.
   */
  readonly clientId?: string | readonly string[]
  /** `'rfc9068'` requires `typ: at+jwt` and the claims of that profile. Default: any access token. */
  readonly profile?: 'rfc9068'
  /**
   * Header type that is required instead of an access token's, such as `hand-off+jwt`: for tokens with another
   * purpose than access. Default: access tokens.
   */
  readonly typ?: string
  /** The kind of token. `'id_token'` for providers that have no access tokens. Default `'access_token'`. */
  readonly accept?: 'access_token' | 'id_token'
  /** Seconds of tolerance for clock differences, at most 300. Default 15. */
  readonly clockTolerance?: number
  /**
   * Seconds since `iat` after which a token is rejected, whatever its `exp`. Makes `iat` required. Default: only
   * `exp` limits it.
   */
  readonly maxTokenAge?: number
  /** Accepts tokens without `exp`. A stolen one is valid forever. Default false. */
  readonly dangerouslyAllowNoExpiry?: boolean
}

export const CLAIMS_OPTION_NAMES: NamesOf<ClaimsOptions | ClaimsSchemaOptions<StandardSchema>> = {
  audience: true,
  clientId: true,
  profile: true,
  typ: true,
  accept: true,
  clockTolerance: true,
  maxTokenAge: true,
  dangerouslyAllowNoExpiry: true,
  claims: true,
}

/** The option that validates the claims, and so gives them their type. */
export interface ClaimsSchemaOptions<Schema extends StandardSchema> {
  /**
   * Any Standard Schema: zod, valibot, arktype. Its output becomes `principal.claims`. Default: the token's own claims.
   */
  readonly claims: Schema
}

/**
 * With a schema, `claims` is required. Without one it is not allowed, or the claims would have a type that nothing
 * validates.
 */
export type SchemaOption<Schema extends StandardSchema | undefined> = Schema extends StandardSchema
  ? ClaimsSchemaOptions<Schema>
  : { readonly claims?: undefined }
