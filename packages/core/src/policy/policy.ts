import type { CsrfTokens } from '../carrier/csrf-token.ts'
import type { StandardSchema } from '../claims/schema.ts'
import type { Algorithm } from '../algorithms/jws.ts'
import type { RevocationCheck } from '../revocation/check-revocation.ts'
import type { ContentEncryption, KeyManagementAlgorithm } from '../algorithms/jwe.ts'

/** What is expected of the tokens of one issuer. */
export interface IssuerPolicy {
  readonly issuer: string
  /** `null` where the audience is, explicitly, not checked. */
  readonly audience: ReadonlySet<string> | null
  readonly clientIds: ReadonlySet<string> | undefined
  readonly profile: 'rfc9068' | undefined
  /** Header type that is demanded in place of an access token's. */
  readonly typ: string | undefined
  readonly accept: 'access_token' | 'id_token'
  readonly scopesFrom: readonly (readonly string[])[]
  readonly rolesFrom: readonly (readonly string[])[]
}

/** How tokens in cookies are taken. */
export interface CookiePolicy {
  readonly name: string
  /** Own origins, as browsers write them in `Origin`. */
  readonly origins: ReadonlySet<string>
  /** Foreign origins that may send unsafe requests with our cookie. */
  readonly allowedOrigins: ReadonlySet<string>
  readonly csrf: CsrfTokens | undefined
}

/** How encrypted tokens are taken. Their keys are not part of it: policies can be seen. */
export interface DecryptionPolicy {
  readonly algorithms: ReadonlySet<KeyManagementAlgorithm>
  readonly encryptions: ReadonlySet<ContentEncryption>
  /** Whether tokens that are only signed are refused. */
  readonly required: boolean
}

/** Options, judged and frozen: what every step reads and none writes. */
export interface Policy {
  readonly issuers: ReadonlyMap<string, IssuerPolicy>
  readonly algorithms: ReadonlySet<Algorithm>
  readonly decryption: DecryptionPolicy | undefined
  /** Seconds. */
  readonly clockTolerance: number
  /** Seconds since `iat`. */
  readonly maxTokenAge: number | undefined
  readonly requireExpiry: boolean
  /** Characters. */
  readonly maxTokenLength: number
  /** Tokens. */
  readonly tokenCacheSize: number
  readonly offload: boolean
  readonly schema: StandardSchema | undefined
  readonly cookie: CookiePolicy | undefined
  /** Name of the query parameter that may carry a token. */
  readonly query: string | undefined
  readonly optional: boolean
  readonly exposeToken: boolean
  readonly realm: string | undefined
  readonly isRevoked: RevocationCheck | undefined
  /** Milliseconds since the epoch. */
  readonly now: () => number
}
