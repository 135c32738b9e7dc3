import type { NamesOf } from '../base/assert-names.ts'
import type { StandardSchema } from './schema.ts'

/** Options that say what the tokens of an issuer must be. */
export interface ClaimsOptions {
  /** Who the tokens are for: `aud` must contain one of these. `null` spells out that it is not checked. */
  readonly audience: string | readonly string[] | null
  /**
   * Who the tokens were issued to: `client_id` or `azp` must be one of these, and one of the two must be there. For
   * issuers that set no `aud` (Cognito), together with `audience: null`. Default: not checked.
   */
  readonly clientId?: string | readonly string[]
  /** `'rfc9068'` demands `typ: at+jwt` and the claims of that profile. Default: any access token. */
  readonly profile?: 'rfc9068'
  /**
   * Header type that is demanded in place of an access token's, such as `hand-off+jwt`: for tokens that say something
   * else than who may do what. Default: access tokens.
   */
  readonly typ?: string
  /** The kind of token. `'id_token'` for providers that have nothing else. Default `'access_token'`. */
  readonly accept?: 'access_token' | 'id_token'
  /** Seconds by which clocks may differ, at most 300. Default 15. */
  readonly clockTolerance?: number
  /**
   * Seconds since `iat` after which a token is refused, whatever its `exp`. Makes `iat` required. Default: no limit
   * but `exp`.
   */
  readonly maxTokenAge?: number
  /** Lets tokens without `exp` pass: a stolen one is good for ever. Default false. */
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

/** The option that validates the claims, and so types them. */
export interface ClaimsSchemaOptions<Schema extends StandardSchema> {
  /**
   * Any Standard Schema: zod, valibot, arktype. Its output becomes `principal.claims`. Default: the token's own claims.
   */
  readonly claims: Schema
}

/** With a schema `claims` must be there; without one it must not, or claims would have a type that nothing validates. */
export type SchemaOption<Schema extends StandardSchema | undefined> = Schema extends StandardSchema
  ? ClaimsSchemaOptions<Schema>
  : { readonly claims?: undefined }
